import type { ServicePeriod, ServiceView } from "../../keys/api-types.ts";
import type { Database } from "../../shared/database/database.ts";
import { delayBoundsMs, minuteMs } from "./service-meter.ts";

interface MinuteRow {
  readonly minute: number;
  readonly answered: number;
  readonly refused: number;
  readonly delay_us: number;
  readonly longest_us: number;
  readonly delays: readonly number[];
  readonly samples: number;
  readonly pairs: number;
  readonly pairs_with_key: number;
  readonly links: number;
  readonly links_usable: number;
}

interface KeySums {
  readonly slot: number;
  readonly keys: number;
  readonly bytes: number;
  readonly delivered: number;
  readonly expired: number;
  readonly void: number;
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly bucketMs: number;
}

/**
 * The service of the key network in whole minutes, by parameters of ITU-T Y.3807: keys from the table of keys, delays
 * and availability as measured each minute, restoration from the history of alarms.
 */
export async function reportService(database: Database, asked: Range): Promise<ServiceView> {
  const bucketMs = Math.max(minuteMs, Math.ceil(asked.bucketMs / minuteMs) * minuteMs);
  const from = Math.floor(asked.from / bucketMs) * bucketMs;
  const to = Math.ceil(asked.to / bucketMs) * bucketMs;
  const range = { from, to, bucketMs };
  const minutes = await database.query<MinuteRow>(
    `SELECT * FROM service_minutes WHERE minute >= $1 AND minute < $2 ORDER BY minute`,
    [from / minuteMs, to / minuteMs],
  );
  const keys = await database.query<KeySums>(
    `SELECT (requested_at - $1::int8) / $3::int8 AS slot, count(*)::int8 AS keys, (sum(bits) / 8)::int8 AS bytes,
            count(*) FILTER (WHERE ended = 'delivered')::int8 AS delivered,
            count(*) FILTER (WHERE ended = 'expired')::int8 AS expired,
            count(*) FILTER (WHERE ended = 'void')::int8 AS void
     FROM key_lives WHERE requested_at >= $1 AND requested_at < $2 GROUP BY 1`,
    [from, to, bucketMs],
  );
  const [made] = await database.query<{ bytes: number }>(
    `SELECT coalesce(sum(bytes), 0)::int8 AS bytes FROM consumption
     WHERE purpose = 'generated' AND bucket >= $1 AND bucket < $2`,
    [from / 10_000, to / 10_000],
  );
  const [restored] = await database.query<{
    alarms: number;
    over: number;
    mean: number | null;
    most: number | null;
  }>(
    `SELECT count(*)::int8 AS alarms, count(cleared_at)::int8 AS over, avg(cleared_at - raised_at)::float8 AS mean,
            max(cleared_at - raised_at)::int8 AS most
     FROM alarm_records WHERE place = 'link' AND severity = 'alarm' AND raised_at >= $1 AND raised_at < $2`,
    [from, to],
  );
  return {
    ...range,
    ...summarise(minutes, keys, made?.bytes ?? 0),
    restoration: {
      alarms: restored?.alarms ?? 0,
      restored: restored?.over ?? 0,
      meanMs: restored?.mean ?? null,
      longestMs: restored?.most ?? null,
    },
    periods: periodsOf(minutes, keys, range),
  };
}

function summarise(
  minutes: readonly MinuteRow[],
  keys: readonly KeySums[],
  generatedBytes: number,
): Pick<ServiceView, "measuredMs" | "throughput" | "responseDelay" | "loss" | "availability"> {
  const measuredMs =
    minutes.filter(({ samples, answered, refused }) => samples + answered + refused > 0).length * minuteMs;
  const perSecond = (bytes: number) => (measuredMs === 0 ? 0 : (bytes * 8 * 1000) / measuredMs);
  const keyBytes = sum(keys, ({ bytes }) => bytes);
  const answered = sum(minutes, (minute) => minute.answered);
  const refused = sum(minutes, (minute) => minute.refused);
  const [expired, voided] = [sum(keys, (slot) => slot.expired), sum(keys, (slot) => slot.void)];
  const ended = expired + voided + sum(keys, ({ delivered }) => delivered);
  return {
    measuredMs,
    throughput: {
      keys: sum(keys, (slot) => slot.keys),
      keyBytes,
      keyBitsPerSecond: perSecond(keyBytes),
      generatedBytes,
      generatedBitsPerSecond: perSecond(generatedBytes),
    },
    responseDelay: {
      answered,
      meanMs: ratio(sum(minutes, (minute) => minute.delay_us) / 1000, answered),
      medianMs: percentile(minutes, 0.5),
      p99Ms: percentile(minutes, 0.99),
      longestMs: answered === 0 ? null : Math.max(...minutes.map(({ longest_us: us }) => us)) / 1000,
    },
    loss: {
      ended,
      expired,
      void: voided,
      ratio: ratio(expired + voided, ended),
      requests: answered + refused,
      refused,
      refusedRatio: ratio(refused, answered + refused),
    },
    availability: {
      pairs: ratio(
        sum(minutes, (minute) => minute.pairs_with_key),
        sum(minutes, (minute) => minute.pairs),
      ),
      links: ratio(
        sum(minutes, (minute) => minute.links_usable),
        sum(minutes, (minute) => minute.links),
      ),
    },
  };
}

/** Upper bound of the class in which that share of the answers is reached; the longest delay for the last class. */
function percentile(minutes: readonly MinuteRow[], share: number): number | null {
  const answered = sum(minutes, (minute) => minute.answered);
  if (answered === 0) return null;
  let reached = 0;
  for (const [index, bound] of delayBoundsMs.entries()) {
    reached += sum(minutes, ({ delays }) => delays[index] ?? 0);
    if (reached >= share * answered) return bound;
  }
  return Math.max(...minutes.map(({ longest_us: us }) => us)) / 1000;
}

function periodsOf(minutes: readonly MinuteRow[], keys: readonly KeySums[], range: Range): ServicePeriod[] {
  const { from, to, bucketMs } = range;
  return Array.from({ length: (to - from) / bucketMs }, (_, slot) => {
    const at = from + slot * bucketMs;
    const inside = minutes.filter(
      ({ minute }) => minute * minuteMs >= at && minute * minuteMs < at + bucketMs,
    );
    const answered = sum(inside, (minute) => minute.answered);
    const refused = sum(inside, (minute) => minute.refused);
    const used = keys.find((one) => one.slot === slot);
    return {
      at,
      keys: used?.keys ?? 0,
      keyBytes: used?.bytes ?? 0,
      requests: answered + refused,
      refused,
      meanDelayMs: ratio(sum(inside, (minute) => minute.delay_us) / 1000, answered),
      availability: ratio(
        sum(inside, (minute) => minute.pairs_with_key),
        sum(inside, (minute) => minute.pairs),
      ),
    };
  });
}

function sum<Row>(rows: readonly Row[], pick: (row: Row) => number): number {
  return rows.reduce((total, row) => total + pick(row), 0);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
