import type { Database } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import type { ChainView, LedgerEntryView } from "../api-types.ts";
import { readWitnessedHeads } from "../ledger/chain-witness.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { decodeRowBody, type LedgerRow } from "../ledger/ledger-row.ts";

const largestPage = 500;
/** How far back "newest of all chains" looks. */
const recentMs = 3_600_000;

export interface LedgerQuery {
  /** The chain wanted; the newest rows of all chains when absent. */
  readonly site?: string;
  /** Index of the last row seen in the site's chain. */
  readonly after?: number;
  readonly limit?: number;
  readonly kind?: string;
}

/** Rows of one site's chain in order, or the newest of all chains, newest first. */
export async function listLedgerEntries(database: Database, query: LedgerQuery): Promise<LedgerEntryView[]> {
  const limit = Math.min(Math.max(query.limit ?? 100, 1), largestPage);
  const kind = query.kind ?? "";
  const columns = `SELECT site, "index", at, kind, body, hash FROM ledger_rows`;
  const rows = await (query.site === undefined
    ? database.query<LedgerRow>(
        `${columns} WHERE ($1::text = '' OR kind = $1) AND at > (SELECT max(at) FROM ledger_rows) - $3::int8
         ORDER BY at DESC, site, "index" DESC LIMIT $2`,
        [kind, limit, recentMs],
      )
    : database.query<LedgerRow>(
        `${columns} WHERE site = $1 AND "index" > $2 AND ($3::text = '' OR kind = $3) ORDER BY "index" LIMIT $4`,
        [query.site, query.after ?? -1, kind, limit],
      ));
  return rows.map(toEntry);
}

function toEntry(row: LedgerRow): LedgerEntryView {
  const { detail } = decodeRowBody(row.body);
  return {
    site: row.site,
    index: row.index,
    at: row.at,
    kind: row.kind,
    detail: Object.fromEntries(
      Object.entries(detail).map(([name, value]) => [name, isList(value) ? value.map(String) : value]),
    ),
    hash: toHex(row.hash),
  };
}

/** Every chain with the newest head each witness holds of it. */
export async function listChains(database: Database, ledger: Ledger): Promise<ChainView[]> {
  const newest = new Map<string, Map<string, { site: string; length: number; at: number }>>();
  for (const { site, witness, length, at } of await readWitnessedHeads(database)) {
    const held = newest.get(site) ?? new Map<string, { site: string; length: number; at: number }>();
    newest.set(site, held);
    held.set(witness, { site: witness, length, at });
  }
  return [...ledger.heads()]
    .map(([site, head]) => ({
      site,
      length: head.length,
      head: toHex(head.hash),
      witnesses: [...(newest.get(site)?.values() ?? [])],
    }))
    .sort((a, b) => a.site.localeCompare(b.site));
}

function isList(value: unknown): value is readonly (string | number)[] {
  return Array.isArray(value);
}
