import type { Outcome } from "../../shared/database/commit-queue.ts";
import type { SqlClient } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import { formatUuid } from "../../shared/uuid.ts";
import { KeyNotAuthorisedError, KeyNotFoundError } from "../key-errors.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** An SAE asks for keys waiting for it. */
export interface Collection {
  readonly at: number;
  readonly site: string;
  readonly sae: string;
  readonly masterSae: string;
  readonly keyIds: readonly Uint8Array[];
  /** Keeps the wrapped keys in handed_keys until the collector has stored them. */
  readonly keep: boolean;
}

export interface CollectedKey {
  readonly keyId: Uint8Array;
  readonly wrappingKey: number;
  readonly wrapped: Uint8Array;
}

interface Row {
  readonly key_id: Uint8Array;
  readonly sae: string;
  readonly master_sae: string;
  readonly site: string;
  readonly expires_at: number;
  readonly wrapping_key: number;
  readonly wrapped: Uint8Array;
}

/**
 * Consumes the keys of every collection that may have all of its keys, and of no other. The rows are deleted in the
 * same commit, so that of two requests for one key, in one batch or in two processes, one gets it.
 * @param shared whether other processes use the database: the rows are then locked before they are judged.
 */
export async function collectKeys(
  client: SqlClient,
  ledger: Ledger,
  collections: readonly Collection[],
  shared: boolean,
): Promise<Outcome<CollectedKey[]>[]> {
  const asked = new Map<string, Uint8Array>();
  for (const { keyIds } of collections) for (const id of keyIds) asked.set(toHex(id), id);
  const rows = await client.query<Row>(
    `SELECT key_id, sae, master_sae, site, expires_at, wrapping_key, wrapped FROM waiting_keys
     WHERE key_id = ANY($1::bytea[]) ${shared ? "FOR UPDATE" : ""}`,
    [[...asked.values()]],
  );
  const waiting = groupByKey(rows);
  const taken: Taken[] = [];
  const outcomes = collections.map((collection): Outcome<CollectedKey[]> => {
    const found = match(collection, waiting);
    if ("error" in found) return found;
    for (const row of found.value) {
      waiting.get(toHex(row.key_id))?.delete(row.sae);
      taken.push({ row, at: collection.at, keep: collection.keep });
    }
    ledger.append(collection.site, collection.at, "delivered", {
      sae: collection.sae,
      master: collection.masterSae,
      keys: collection.keyIds.map(formatUuid),
    });
    return { value: found.value.map(toCollected) };
  });
  if (taken.length > 0) await remove(client, taken);
  await findReplays(client, collections, outcomes);
  return outcomes;
}

/**
 * Whoever collected its copy of a key that still waits for others was named: its replay is "not found", not a
 * stranger's request. Changes those outcomes in place; costs a query only when somebody was refused.
 */
async function findReplays(
  client: SqlClient,
  collections: readonly Collection[],
  outcomes: Outcome<CollectedKey[]>[],
): Promise<void> {
  const refused = outcomes.flatMap((outcome, index) =>
    "error" in outcome && outcome.error instanceof KeyNotAuthorisedError ? [index] : [],
  );
  if (refused.length === 0) return;
  const ids = refused.flatMap((index) => collections[index]?.keyIds ?? []);
  const lives = await client.query<{ key_id: Uint8Array; delivered_sites: readonly string[] }>(
    "SELECT key_id, delivered_sites FROM key_lives WHERE key_id = ANY($1::bytea[])",
    [ids],
  );
  const delivered = new Set(
    lives.flatMap((life) => life.delivered_sites.map((site) => `${site} ${toHex(life.key_id)}`)),
  );
  for (const index of refused) {
    const collection = collections[index];
    if (collection?.keyIds.some((id) => delivered.has(`${collection.site} ${toHex(id)}`)))
      outcomes[index] = { error: new KeyNotFoundError() };
  }
}

function groupByKey(rows: readonly Row[]): Map<string, Map<string, Row>> {
  const waiting = new Map<string, Map<string, Row>>();
  for (const row of rows) {
    const id = toHex(row.key_id);
    const recipients = waiting.get(id);
    if (recipients === undefined) waiting.set(id, new Map([[row.sae, row]]));
    else recipients.set(row.sae, row);
  }
  return waiting;
}

function match(
  collection: Collection,
  waiting: ReadonlyMap<string, ReadonlyMap<string, Row>>,
): Outcome<Row[]> {
  const rows: Row[] = [];
  let forOthers = false;
  let missing = false;
  for (const id of collection.keyIds) {
    const recipients = waiting.get(toHex(id));
    const row = recipients?.get(collection.sae);
    if (row === undefined) {
      if (recipients !== undefined && recipients.size > 0) forOthers = true;
      else missing = true;
    } else if (
      row.expires_at <= collection.at ||
      row.master_sae !== collection.masterSae ||
      row.site !== collection.site
    ) {
      missing = true;
    } else rows.push(row);
  }
  if (missing) return { error: new KeyNotFoundError() };
  if (forOthers)
    return { error: new KeyNotAuthorisedError("this SAE was not named for one or more of these keys") };
  return { value: rows };
}

function toCollected(row: Row): CollectedKey {
  return { keyId: row.key_id, wrappingKey: row.wrapping_key, wrapped: row.wrapped };
}

interface Taken {
  readonly row: Row;
  readonly at: number;
  readonly keep: boolean;
}

async function remove(client: SqlClient, taken: readonly Taken[]): Promise<void> {
  // One statement can change a life once: a key that two recipients collect in this commit takes two.
  let left = taken;
  while (left.length > 0) {
    const now = new Map<string, Taken>();
    const later: Taken[] = [];
    for (const entry of left) {
      const id = toHex(entry.row.key_id);
      if (now.has(id)) later.push(entry);
      else now.set(id, entry);
    }
    const entries = [...now.values()];
    await client.query(removeDelivered, [
      entries.map(({ row }) => row.key_id),
      entries.map(({ row }) => row.site),
      entries.map(({ at }) => at),
      entries.map(({ row }) => row.sae),
      entries.map(({ keep }) => keep),
    ]);
    left = later;
  }
}

const removeDelivered = `
  WITH got AS (
    SELECT * FROM unnest($1::bytea[], $2::text[], $3::int8[], $4::text[], $5::boolean[]) AS got (id, site, at, sae, keep)
  ), gone AS (
    DELETE FROM waiting_keys USING got WHERE waiting_keys.key_id = got.id AND waiting_keys.sae = got.sae
    RETURNING waiting_keys.*, got.at, got.keep
  ), handed AS (
    INSERT INTO handed_keys (key_id, sae, master_sae, site, wrapping_key, wrapped, handed_at)
    SELECT key_id, sae, master_sae, site, wrapping_key, wrapped, at FROM gone WHERE keep
  )
  UPDATE key_lives SET
    remaining = remaining - 1,
    delivered_sites = delivered_sites || got.site,
    delivered_at = delivered_at || got.at,
    deleted_at = CASE WHEN remaining = 1 THEN got.at END,
    ended = CASE WHEN remaining = 1 THEN 'delivered' END
  FROM got WHERE key_lives.key_id = got.id`;
