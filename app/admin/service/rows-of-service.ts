import type { ServiceView } from "@/lib/keys/api-types.ts";

/** The report as a table: one line per parameter, then one per stretch of time. */
export function rowsOfService(view: ServiceView): (string | number | null)[][] {
  const { throughput, responseDelay, loss, availability, restoration } = view;
  return [
    ["parameter", "value", "unit"],
    ["from", new Date(view.from).toISOString(), "utc"],
    ["to", new Date(view.to).toISOString(), "utc"],
    ["measured", view.measuredMs, "ms"],
    ["throughput", throughput.keyBitsPerSecond, "bit/s"],
    ["keys", throughput.keys, ""],
    ["key", throughput.keyBytes, "byte"],
    ["generated", throughput.generatedBytes, "byte"],
    ["response delay, mean", responseDelay.meanMs, "ms"],
    ["response delay, half within", responseDelay.medianMs, "ms"],
    ["response delay, 99 of 100 within", responseDelay.p99Ms, "ms"],
    ["response delay, longest", responseDelay.longestMs, "ms"],
    ["loss", loss.ratio, "ratio"],
    ["requests refused", loss.refusedRatio, "ratio"],
    ["availability of pairs", availability.pairs, "ratio"],
    ["availability of links", availability.links, "ratio"],
    ["restoration time, mean", restoration.meanMs, "ms"],
    ["restoration time, longest", restoration.longestMs, "ms"],
    ["alarms", restoration.alarms, ""],
    [],
    ["from_utc", "keys", "key_bytes", "requests", "refused", "mean_delay_ms", "availability"],
    ...view.periods.map((period) => [
      new Date(period.at).toISOString(),
      period.keys,
      period.keyBytes,
      period.requests,
      period.refused,
      period.meanDelayMs,
      period.availability,
    ]),
  ];
}
