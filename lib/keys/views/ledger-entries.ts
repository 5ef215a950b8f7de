import type { Database } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import type { ChainView, LedgerEntryView } from "../api-types.ts";
import { readWitnessedHeads } from "../ledger/chain-witness.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { decodeRowBody, type LedgerRow } from "../ledger/ledger-row.ts";

const largestPage = 500;

/** Rows of one site's chain after index `after` (from the start when absent). */
export async function listLedgerEntries(
  database: Database,
  query: { readonly site: string; readonly after?: number; readonly limit?: number; readonly kind?: string },
): Promise<LedgerEntryView[]> {
  const limit = Math.min(Math.max(query.limit ?? 100, 1), largestPage);
  const rows = await database.query<LedgerRow>(
    `SELECT site, "index", at, kind, body, hash FROM ledger_rows
     WHERE site = $1 AND "index" > $2 AND ($3::text = '' OR kind = $3) ORDER BY "index" LIMIT $4`,
    [query.site, query.after ?? -1, query.kind ?? "", limit],
  );
  return rows.map((row) => {
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
  });
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
