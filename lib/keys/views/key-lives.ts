import type { Database } from "../../shared/database/database.ts";
import { formatUuid, isUuid, parseUuid } from "../../shared/uuid.ts";
import type { KeyLifeView } from "../api-types.ts";
import { nodesThatSaw, waysOf } from "../ledger/exposure.ts";
import { decodeRowBody } from "../ledger/ledger-row.ts";

interface LifeRow {
  readonly key_id: Uint8Array;
  readonly master_site: string;
  readonly slave_sites: readonly string[];
  readonly bits: number;
  readonly requested_at: number;
  readonly delivered_sites: readonly string[];
  readonly delivered_at: readonly number[];
  readonly deleted_at: number | null;
  readonly ended: "delivered" | "expired" | "void" | null;
  readonly suite: number | null;
  readonly level: number | null;
  readonly erased_at: number | null;
  readonly body: Uint8Array;
}

const select = `
  SELECT k.key_id, k.master_site, k.slave_sites, k.bits, k.requested_at, k.delivered_sites, k.delivered_at,
         k.deleted_at, k.ended, k.suite, k.level, w.erased_at, l.body
  FROM key_lives k
  JOIN ledger_rows l ON l.site = k.master_site AND l."index" = k.ledger_index
  JOIN wrapping_keys w ON w.id = k.wrapping_key`;
const largestPage = 200;

/** The newest keys first; `after` is the key_ID of the last one seen. */
export async function listKeyLives(
  database: Database,
  page: { readonly after?: string; readonly limit?: number },
): Promise<KeyLifeView[]> {
  const limit = Math.min(Math.max(page.limit ?? 50, 1), largestPage);
  const after = page.after !== undefined && isUuid(page.after) ? parseUuid(page.after) : undefined;
  const order = "ORDER BY k.requested_at DESC, k.key_id DESC";
  const rows = await (after === undefined
    ? database.query<LifeRow>(`${select} ${order} LIMIT $1`, [limit])
    : database.query<LifeRow>(
        `${select} WHERE (k.requested_at, k.key_id) <
           (SELECT requested_at, key_id FROM key_lives WHERE key_id = $2) ${order} LIMIT $1`,
        [limit, after],
      ));
  return rows.map(toView);
}

export async function findKeyLife(database: Database, keyId: string): Promise<KeyLifeView | undefined> {
  if (!isUuid(keyId)) return undefined;
  const [row] = await database.query<LifeRow>(`${select} WHERE k.key_id = $1`, [parseUuid(keyId)]);
  return row === undefined ? undefined : toView(row);
}

function toView(row: LifeRow): KeyLifeView {
  const { detail } = decodeRowBody(row.body);
  const links = detail.links as readonly string[];
  const bytes = detail.bytes as readonly number[];
  const keys = (detail.keys as readonly string[]).length;
  // Keys that shared a relay share its cost.
  const costPerLink = links.map((link, i) => ({ link, bits: Math.ceil(((bytes[i] ?? 0) * 8) / keys) }));
  const ways = waysOf(row.master_site, detail);
  const saw = nodesThatSaw(ways);
  return {
    keyId: formatUuid(row.key_id),
    masterSite: row.master_site,
    slaveSites: row.slave_sites,
    bits: row.bits,
    networkBits: costPerLink.reduce((sum, cost) => sum + cost.bits, 0),
    route: ways.routes[0] ?? [row.master_site],
    routes: ways.routes,
    knownTo: saw.key,
    shareKnownTo: saw.share,
    costPerLink,
    epsilonExponent: Number(detail.epsilonExponent),
    suite: row.suite,
    level: row.level,
    requestedAt: row.requested_at,
    delivered: row.delivered_sites.map((site, i) => ({ site, at: row.delivered_at[i] ?? 0 })),
    deletedAt: row.deleted_at,
    erasedAt: row.erased_at,
    state: row.ended ?? "waiting",
  };
}
