import type { Database, SqlClient } from "../../shared/database/database.ts";
import type { ConsumptionView } from "../api-types.ts";
import type { RelayEvent } from "../kme/relay-desk.ts";
import { decodeRowBody } from "./ledger-row.ts";

/** Width of a stored bucket, ms. */
export const bucketMs = 10_000;

interface Tally {
  readonly bucket: number;
  readonly master: string;
  readonly slave: string;
  readonly purpose: string;
  readonly suite: number;
  readonly level: number;
  bytes: number;
  keys: number;
}

export type ConsumptionGroup = "pair" | "site" | "purpose" | "suite" | "level";

const unknown = -1;
/** Purpose and pseudo-pair under which generated key is counted. */
const generated = "generated";
const drawn = "drawn";
const longestView = 2000;

/**
 * Statistics of the use of key, in buckets of ten seconds: gathered in memory, written when a bucket is over, and made
 * again from the ledger for what was lost in between.
 */
export class Consumption {
  readonly #tallies = new Map<string, Tally>();

  addRelay(event: RelayEvent): void {
    for (const slave of event.slaveSites) {
      this.#add(event.at, event.masterSite, slave, event.purpose, unknown, unknown, {
        bytes: event.networkBytes / event.slaveSites.length,
        keys: event.keyIds.length,
      });
    }
  }

  addGenerated(at: number, bytes: number): void {
    this.#add(at, "", "", generated, unknown, unknown, { bytes, keys: 0 });
  }

  /** End-to-end key of a suite and level, as a gateway tells. */
  addDraw(at: number, master: string, suite: number, level: number, bytes: number): void {
    this.#add(at, master, "", drawn, suite, level, { bytes, keys: 1 });
  }

  /** Writes the buckets that are over (all of them when `all`) and forgets them. */
  async flush(client: SqlClient, now: number, all = false): Promise<void> {
    const current = bucketOf(now);
    const due = [...this.#tallies].filter(([, tally]) => all || tally.bucket < current);
    if (due.length === 0) return;
    const rows = due.map(([, tally]) => tally);
    await client.query(
      `INSERT INTO consumption AS held (bucket, master_site, slave_site, purpose, suite, level, bytes, keys)
       SELECT * FROM unnest($1::int8[], $2::text[], $3::text[], $4::text[], $5::int4[], $6::int4[], $7::int8[], $8::int4[])
       ON CONFLICT (bucket, master_site, slave_site, purpose, suite, level)
       DO UPDATE SET bytes = held.bytes + EXCLUDED.bytes, keys = held.keys + EXCLUDED.keys`,
      [
        rows.map((row) => row.bucket),
        rows.map((row) => row.master),
        rows.map((row) => row.slave),
        rows.map((row) => row.purpose),
        rows.map((row) => row.suite),
        rows.map((row) => row.level),
        rows.map((row) => Math.round(row.bytes)),
        rows.map((row) => row.keys),
      ],
    );
    for (const [name] of due) this.#tallies.delete(name);
  }

  /** Counts again, from the ledger, relays after the last stored bucket: a kill loses what memory held. */
  async recover(database: Database): Promise<void> {
    const [last] = await database.query<{ bucket: number | null }>(
      "SELECT max(bucket) AS bucket FROM consumption",
    );
    const from = last?.bucket === null || last?.bucket === undefined ? 0 : (last.bucket + 1) * bucketMs;
    const rows = await database.query<{ body: Uint8Array }>(
      `SELECT body FROM ledger_rows WHERE at >= $1 AND kind IN ('relay', 'block')`,
      [from],
    );
    for (const { body } of rows) this.#addLedgerRow(body);
  }

  async view(
    database: Database,
    range: {
      readonly from: number;
      readonly to: number;
      readonly bucketMs: number;
      readonly by: ConsumptionGroup;
    },
  ): Promise<ConsumptionView> {
    const width = Math.max(bucketMs, Math.ceil(range.bucketMs / bucketMs) * bucketMs);
    const first = Math.floor(range.from / width);
    const count = Math.min(longestView, Math.max(1, Math.ceil(range.to / width) - first));
    const stored = await database.query<StoredRow>(
      `SELECT bucket * ${bucketMs} / $3::int8 - $4::int8 AS slot, master_site AS master, slave_site AS slave, purpose,
              suite, level, sum(bytes)::int8 AS bytes, sum(keys)::int8 AS keys
       FROM consumption WHERE bucket >= $1 AND bucket < $2 GROUP BY 1, 2, 3, 4, 5, 6`,
      [
        Math.floor((first * width) / bucketMs),
        Math.floor(((first + count) * width) / bucketMs),
        width,
        first,
      ],
    );
    const held = [...this.#tallies.values()].map((tally) => ({
      ...tally,
      slot: Math.floor((tally.bucket * bucketMs) / width) - first,
    }));
    const rows = [...stored, ...held].filter(({ slot }) => slot >= 0 && slot < count);
    return summarise(
      rows,
      count,
      { from: first * width, to: (first + count) * width, bucketMs: width },
      range.by,
    );
  }

  #addLedgerRow(body: Uint8Array): void {
    const { at, site, kind, detail } = decodeRowBody(body);
    if (kind === "block") {
      this.addGenerated(at, Number(detail.generated ?? 0));
      return;
    }
    const routes = (detail.routes ?? []) as readonly string[];
    const bytes = ((detail.bytes ?? []) as readonly number[]).reduce((sum, value) => sum + value, 0);
    this.addRelay({
      keyIds: ((detail.keys ?? []) as readonly string[]).map(() => new Uint8Array(0)),
      masterSite: site,
      slaveSites: (detail.slaves ?? []) as readonly string[],
      routes: [],
      bits: Number(detail.bits),
      networkBytes: bytes,
      purpose: routes.some((route) => route.split(" ").length > 2) ? "relayed" : "supplied",
      at,
    });
  }

  #add(
    at: number,
    master: string,
    slave: string,
    purpose: string,
    suite: number,
    level: number,
    amount: { readonly bytes: number; readonly keys: number },
  ): void {
    const bucket = bucketOf(at);
    const name = [bucket, master, slave, purpose, suite, level].join("|");
    const tally = this.#tallies.get(name);
    if (tally === undefined) {
      this.#tallies.set(name, { bucket, master, slave, purpose, suite, level, ...amount });
    } else {
      tally.bytes += amount.bytes;
      tally.keys += amount.keys;
    }
  }
}

interface StoredRow extends Omit<Tally, "bucket"> {
  readonly slot: number;
}

function bucketOf(at: number): number {
  return Math.floor(at / bucketMs);
}

function summarise(
  rows: readonly StoredRow[],
  count: number,
  range: Pick<ConsumptionView, "from" | "to" | "bucketMs">,
  by: ConsumptionGroup,
): ConsumptionView {
  const generatedBytes = new Array<number>(count).fill(0);
  const consumedBytes = new Array<number>(count).fill(0);
  const groups = new Map<string, { name: string; bytes: number; keys: number; series: number[] }>();
  const counted = by === "suite" || by === "level" ? (purpose: string) => purpose === drawn : isNetworkUse;
  for (const row of rows) {
    const { slot, bytes, keys } = row;
    if (row.purpose === generated) generatedBytes[slot] = (generatedBytes[slot] ?? 0) + bytes;
    if (isNetworkUse(row.purpose)) consumedBytes[slot] = (consumedBytes[slot] ?? 0) + bytes;
    if (!counted(row.purpose)) continue;
    const name = groupName(row, by);
    const group = groups.get(name) ?? { name, bytes: 0, keys: 0, series: new Array<number>(count).fill(0) };
    groups.set(name, group);
    group.bytes += bytes;
    group.keys += keys;
    group.series[slot] = (group.series[slot] ?? 0) + bytes;
  }
  const sorted = [...groups.values()].sort((a, b) => b.bytes - a.bytes);
  return { ...range, generatedBytes, consumedBytes, groups: sorted };
}

function isNetworkUse(purpose: string): boolean {
  return purpose !== generated && purpose !== drawn;
}

function groupName(row: StoredRow, by: ConsumptionGroup): string {
  if (by === "pair") return [row.master, row.slave].sort().join(" ");
  if (by === "site") return row.master;
  if (by === "purpose") return row.purpose;
  return String(by === "suite" ? row.suite : row.level);
}
