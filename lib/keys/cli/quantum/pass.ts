import { parseArgs } from "node:util";
import { loadNamedNetwork } from "../../../network/named-networks.ts";
import { PassPlan, type PlannedPass } from "../../../network/pass-plan.ts";
import { createWeather } from "../../../network/weather.ts";
import { QuantumParameterError } from "../../../quantum/errors.ts";
import { UsageError } from "./options.ts";

const dayMs = 86_400_000;
const named = ["nine", "eu27", "iberia-small"] as const;

interface PassOptions {
  readonly network: (typeof named)[number];
  readonly station: string | undefined;
  readonly satellite: string | undefined;
  readonly from: number;
  readonly days: number;
  readonly seed: number;
  readonly json: boolean;
}

interface ListedPass {
  readonly satellite: string;
  readonly station: string;
  readonly rise: string;
  readonly culmination: string;
  readonly set: string;
  readonly maxElevationDeg: number;
  readonly sunElevationDeg: number;
  readonly light: string;
  readonly expectedSecretBits: number;
  readonly expectedQber: number;
  readonly clearProbability: number;
}

export const passUsage = `The pass (pass)
  --network NAME                nine (default), eu27 or iberia-small
  --station ID  --satellite ID  one of each, instead of all
  --from TIME                   ISO 8601, UTC (default now)
  --days N                      above 0, up to 30 (default 2)
  --seed N                      of the weather (default 1)`;

/**
 * Prints the next passes and the key each would give under a clear sky; in JSON also the course of the first that
 * gives any, moment by moment.
 * @throws UsageError for unknown options, QuantumParameterError naming a parameter out of its range.
 */
export function printPasses(args: readonly string[], print: (line: string) => void, now: number): number {
  const options = readPassOptions(args, now);
  const plan = new PassPlan(loadNamedNetwork(options.network));
  requireKnown(
    "station",
    options.station,
    plan.stations.map(({ id }) => id),
  );
  requireKnown(
    "satellite",
    options.satellite,
    plan.satellites.map(({ id }) => id),
  );
  const weather = createWeather(plan.stations, options.seed);
  const passes = plan
    .passes(options.from, options.from + options.days * dayMs)
    .filter(({ station }) => options.station === undefined || station === options.station)
    .filter(({ satellite }) => options.satellite === undefined || satellite === options.satellite);
  const listed = passes.map((pass) =>
    list(pass, weather.clearProbability(pass.station, options.from, pass.culmination)),
  );
  if (options.json) {
    const first = passes.find(({ expected }) => expected.secretBits > 0);
    const course = first === undefined ? null : { pass: list(first, 1), moments: plan.moments(first) };
    print(JSON.stringify({ simulated: true, ...options, passes: listed, course }));
  } else for (const line of table(listed)) print(line);
  return 0;
}

function readPassOptions(args: readonly string[], now: number): PassOptions {
  const text = { type: "string" as const };
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        network: text,
        station: text,
        satellite: text,
        from: text,
        days: text,
        seed: text,
        json: { type: "boolean" },
      },
      allowPositionals: false,
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "the options cannot be read");
  }
  const asText = (name: string) => (typeof values[name] === "string" ? String(values[name]) : undefined);
  const network = named.find((name) => name === (asText("network") ?? "nine"));
  if (network === undefined)
    throw new QuantumParameterError("network", asText("network"), `one of ${named.join(", ")}`);
  return {
    network,
    station: asText("station"),
    satellite: asText("satellite"),
    from: timeOf(asText("from"), now),
    days: numberOf("days", asText("days"), 2, 0.01, 30),
    seed: Math.trunc(numberOf("seed", asText("seed"), 1, 0, 2 ** 32 - 1)),
    json: values.json === true,
  };
}

/** SGP4 without drag keeps its meaning for some decades around its epoch. */
function timeOf(text: string | undefined, now: number): number {
  if (text === undefined) return now;
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes("T") ? text : `${text}Z`;
  const at = Date.parse(zoned);
  if (!(at >= Date.UTC(2000, 0, 1) && at < Date.UTC(2060, 0, 1))) {
    throw new QuantumParameterError("from", text, "a time from 2000 to 2059 such as 2026-11-23T12:00Z");
  }
  return at;
}

function numberOf(name: string, text: string | undefined, usual: number, low: number, high: number): number {
  if (text === undefined) return usual;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!(value >= low && value <= high)) throw new QuantumParameterError(name, text, `from ${low} to ${high}`);
  return value;
}

function requireKnown(name: string, value: string | undefined, known: readonly string[]): void {
  if (value === undefined || known.includes(value)) return;
  throw new QuantumParameterError(name, value, `one of ${known.join(", ") || "none: this network has none"}`);
}

function list(pass: PlannedPass, clearProbability: number): ListedPass {
  const time = (at: number) => new Date(at).toISOString();
  return {
    satellite: pass.satellite,
    station: pass.station,
    rise: time(pass.rise),
    culmination: time(pass.culmination),
    set: time(pass.set),
    maxElevationDeg: round(pass.maxElevationDeg, 2),
    sunElevationDeg: round(pass.sunElevationDeg, 2),
    light: pass.light,
    expectedSecretBits: pass.expected.secretBits,
    expectedQber: round(pass.expected.qber, 5),
    clearProbability: round(clearProbability, 3),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function table(passes: readonly ListedPass[]): string[] {
  const cells = passes.map((pass) => [
    `${pass.rise.slice(0, 19).replace("T", " ")}Z`,
    pass.station,
    pass.satellite,
    `${Math.round((Date.parse(pass.set) - Date.parse(pass.rise)) / 1000)} s`,
    `${pass.maxElevationDeg.toFixed(1)}°`,
    pass.light,
    `${(pass.expectedSecretBits / 1000).toFixed(0)} kbit`,
    `${Math.round(100 * pass.clearProbability)} %`,
  ]);
  const head = ["rise", "station", "satellite", "contact", "highest", "light", "key if clear", "clear sky"];
  const rows = [head, ...cells];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, `${passes.length} passes, simulated; weather is an assumption, not a forecast`];
}
