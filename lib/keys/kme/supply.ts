import type { SqlClient } from "../../shared/database/database.ts";
import { formatUuid } from "../../shared/uuid.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { LedgerDetail } from "../ledger/ledger-row.ts";
import { costPerLink, leastEpsilonExponent, type ReservedTree } from "./relay.ts";

/** The keys of one relay, ready to be made durable. No field holds a key that is not wrapped. */
export interface Supply {
  readonly at: number;
  readonly masterSite: string;
  readonly masterSae: string;
  readonly slaveSites: readonly string[];
  /** Length of each key. */
  readonly bits: number;
  readonly keyIds: readonly Uint8Array[];
  readonly waiting: readonly WaitingKey[];
  readonly wrappingKey: { readonly id: number; readonly createdAt: number };
  readonly routes: readonly ReservedTree[];
}

export interface WaitingKey {
  readonly keyId: Uint8Array;
  readonly sae: string;
  readonly masterSae: string;
  readonly site: string;
  readonly expiresAt: number;
  readonly wrapped: Uint8Array;
}

/** One ledger row for a relay, whatever its number of keys and hops, and the posts to the links' accounts. */
function ledgerRelay(ledger: Ledger, kind: "relay" | "void", relay: RelayRecord): number {
  const cost = costPerLink(relay.routes);
  for (const { hops, bytesPerLink } of relay.routes) {
    for (const { pool, purpose } of hops) ledger.accounts.post(pool.linkId, purpose, bytesPerLink);
  }
  const detail: LedgerDetail = {
    keys: relay.keyIds.map(formatUuid),
    bits: relay.bits,
    master: relay.masterSae,
    slaves: relay.slaveSites,
    routes: relay.routes.flatMap(({ routes }) => routes.map((sites) => sites.join(" "))),
    ...sharesOf(relay.routes),
    links: [...cost.keys()],
    bytes: [...cost.values()],
    epsilonExponent: leastEpsilonExponent(relay.routes),
    ...(relay.reason === undefined ? {} : { reason: relay.reason }),
  };
  return ledger.append(relay.masterSite, relay.at, kind, detail);
}

/** Which share of the key went over each of the routes, from 1; nothing where the key itself went. */
function sharesOf(trees: readonly ReservedTree[]): { readonly shares?: readonly number[] } {
  const shares = trees.flatMap(({ routes, share }) => routes.map(() => share ?? 0));
  return shares.some((share) => share > 0) ? { shares } : {};
}

type RelayRecord = Pick<
  Supply,
  "at" | "masterSite" | "masterSae" | "slaveSites" | "bits" | "keyIds" | "routes"
> & { readonly reason?: string };

/** A relay that failed on its way, with every node that had held the key or a share of it. */
export interface VoidedRelay extends RelayRecord {
  readonly seen: readonly string[];
  readonly reason: string;
}

/** The void relay in the master's chain, and in the chain of every other node that saw it that its copy is void. */
export function ledgerVoid(ledger: Ledger, relay: VoidedRelay): void {
  ledgerRelay(ledger, "void", relay);
  const keys = relay.keyIds.map(formatUuid);
  for (const site of relay.seen) {
    if (site === relay.masterSite) continue;
    ledger.append(site, relay.at, "void-copy", { keys, master: relay.masterSae, reason: relay.reason });
  }
}

/** Writes the rows of all supplies of a commit in one statement: on the embedded database each costs a round. */
export async function writeSupplies(
  client: SqlClient,
  ledger: Ledger,
  supplies: readonly Supply[],
): Promise<void> {
  const lives = supplies.flatMap((supply) => {
    const index = ledgerRelay(ledger, "relay", supply);
    return supply.keyIds.map((keyId) => ({ supply, index, keyId }));
  });
  const rows = supplies.flatMap((supply) =>
    supply.waiting.map((row) => ({ row, id: supply.wrappingKey.id })),
  );
  await client.query(insertSupplies, [
    lives.map(({ keyId }) => keyId),
    lives.map(({ supply }) => supply.masterSite),
    lives.map(({ index }) => index),
    lives.map(({ supply }) => supply.slaveSites.join(" ")),
    lives.map(({ supply }) => supply.bits),
    lives.map(({ supply }) => supply.at),
    lives.map(({ supply }) => supply.wrappingKey.id),
    lives.map(({ supply }) => supply.waiting.length / supply.keyIds.length),
    rows.map(({ row }) => row.keyId),
    rows.map(({ row }) => row.sae),
    rows.map(({ row }) => row.masterSae),
    rows.map(({ row }) => row.site),
    rows.map(({ row }) => row.expiresAt),
    rows.map(({ id }) => id),
    rows.map(({ row }) => row.wrapped),
  ]);
}

const insertSupplies = `
  WITH lives AS (
    INSERT INTO key_lives
      (key_id, master_site, ledger_index, slave_sites, bits, requested_at, wrapping_key, remaining)
    SELECT id, master, index, string_to_array(slaves, ' '), bits, at, wrapping, remaining
    FROM unnest($1::bytea[], $2::text[], $3::int8[], $4::text[], $5::int4[], $6::int8[], $7::int4[], $8::int4[])
      AS new (id, master, index, slaves, bits, at, wrapping, remaining)
  )
  INSERT INTO waiting_keys (key_id, sae, master_sae, site, expires_at, wrapping_key, wrapped)
  SELECT * FROM unnest($9::bytea[], $10::text[], $11::text[], $12::text[], $13::int8[], $14::int4[], $15::bytea[])`;

/** Enters wrapping keys that the table does not have yet. */
export async function writeWrappingKeys(
  client: SqlClient,
  keys: readonly Supply["wrappingKey"][],
): Promise<void> {
  await client.query(
    `INSERT INTO wrapping_keys (id, created_at) SELECT * FROM unnest($1::int4[], $2::int8[]) ON CONFLICT DO NOTHING`,
    [keys.map(({ id }) => id), keys.map(({ createdAt }) => createdAt)],
  );
}
