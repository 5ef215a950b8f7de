import type { CommitQueue } from "../../shared/database/commit-queue.ts";
import type { Database, SqlClient } from "../../shared/database/database.ts";
import { formatUuid } from "../../shared/uuid.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { type CollectedKey, type Collection, collectKeys } from "./collect.ts";
import { ledgerVoid, type Supply, type VoidedRelay, writeSupplies, writeWrappingKeys } from "./supply.ts";
import { type AtStep, passStep } from "./supply-steps.ts";
import type { WrappingKeys } from "./wrapping-keys.ts";

/** What a gateway tells about the use of a key, for its life and the consumption screen. */
export interface KeyUse {
  readonly keyId: Uint8Array;
  readonly masterSite: string;
  readonly suite: number;
  readonly level: number;
  /** An HMAC of the conversation under a key of the site; never the identifier itself. */
  readonly conversation: string;
  /** End-to-end key drawn, bytes. */
  readonly bytes: number;
  readonly at: number;
}

const sweepLimit = 5000;
const keysPerRow = 250;

/** The durable side of key management: every method resolves when what it says is committed with its ledger rows. */
export class KeyStore {
  /** Makes keys wait for their recipients. */
  readonly supply: (supply: Supply) => Promise<void>;
  /** @throws KeyNotFoundError, KeyNotAuthorisedError: then nothing of this collection was consumed. */
  readonly collect: (collection: Collection) => Promise<CollectedKey[]>;
  /** Accounts for link key that was burned for keys nobody got. */
  readonly voidRelay: (relay: VoidedRelay) => Promise<void>;
  readonly noteUse: (use: KeyUse) => Promise<void>;
  readonly #queue: CommitQueue;
  readonly #database: Database;
  readonly #ledger: Ledger;
  readonly #atStep: AtStep;
  /** Wrapping keys whose row is committed. */
  readonly #entered = new Set<number>();

  constructor(database: Database, queue: CommitQueue, ledger: Ledger, atStep: AtStep = passStep) {
    this.#database = database;
    this.#queue = queue;
    this.#ledger = ledger;
    this.#atStep = atStep;
    const supply = queue.kind(async (client, supplies: readonly Supply[]) => {
      const fresh = supplies.map(({ wrappingKey }) => wrappingKey).filter(({ id }) => !this.#entered.has(id));
      if (fresh.length > 0) await writeWrappingKeys(client, fresh);
      await writeSupplies(client, ledger, supplies);
      atStep("supply-written");
      return supplies.map(() => ({ value: undefined }));
    });
    this.supply = async (item) => {
      await supply(item);
      atStep("supply-committed");
      this.#entered.add(item.wrappingKey.id);
    };
    const collect = queue.kind(async (client, collections: readonly Collection[]) => {
      const collected = await collectKeys(client, ledger, collections, database.kind === "postgresql");
      atStep("collection-written");
      return collected;
    });
    this.collect = async (collection) => {
      const keys = await collect(collection);
      atStep("collection-committed");
      return keys;
    };
    this.voidRelay = queue.kind(async (_client, relays: readonly VoidedRelay[]) => {
      for (const relay of relays) ledgerVoid(ledger, relay);
      return relays.map(() => ({ value: undefined }));
    });
    this.noteUse = queue.kind(
      async (client, uses: readonly KeyUse[]) => {
        await writeUses(client, ledger, uses);
        return uses.map(() => ({ value: undefined }));
      },
      { patient: true },
    );
  }

  /** What `sae` collected from `masterSae` of these and did not store. */
  async handed(sae: string, masterSae: string, keyIds: readonly Uint8Array[]): Promise<CollectedKey[]> {
    const rows = await this.#database.query<{
      key_id: Uint8Array;
      wrapping_key: number;
      wrapped: Uint8Array;
    }>(
      `SELECT key_id, wrapping_key, wrapped FROM handed_keys
       WHERE sae = $1 AND master_sae = $2 AND key_id = ANY($3::bytea[])`,
      [sae, masterSae, [...keyIds]],
    );
    return rows.map((row) => ({ keyId: row.key_id, wrappingKey: row.wrapping_key, wrapped: row.wrapped }));
  }

  /** Deletes keys handed before `before`: whoever had not stored them by now asked for them again long ago. */
  async forgetHanded(before: number): Promise<void> {
    await this.#queue.run((client) => client.query("DELETE FROM handed_keys WHERE handed_at < $1", [before]));
  }

  /** Deletes waiting keys whose time is over. Returns how many rows went. */
  async expire(now: number): Promise<number> {
    const gone = await this.#queue.run(async (client) => {
      const rows = await client.query<GoneRow>(
        `DELETE FROM waiting_keys WHERE (key_id, sae) IN
           (SELECT key_id, sae FROM waiting_keys WHERE expires_at <= $1 LIMIT $2)
         RETURNING key_id, site`,
        [now, sweepLimit],
      );
      await this.#end(client, rows, "expired", now, "not collected in time");
      if (rows.length > 0) this.#atStep("expiry-written");
      return rows.length;
    });
    if (gone > 0) this.#atStep("expiry-committed");
    return gone;
  }

  /**
   * Voids what a restart has made unsafe or useless: everything when `all` (the machine lost power and the disk may
   * lack the last deletions), and keys whose wrapping key is gone.
   */
  voidAtStart(now: number, all: boolean, wrapping: WrappingKeys): Promise<number> {
    return this.#queue.run(async (client) => {
      const rows = await client.query<GoneRow>(
        `DELETE FROM waiting_keys WHERE $1::boolean OR NOT (wrapping_key = ANY($2::int4[])) RETURNING key_id, site`,
        [all, [...wrapping.ids()]],
      );
      await client.query(
        "DELETE FROM handed_keys WHERE $1::boolean OR NOT (wrapping_key = ANY($2::int4[]))",
        [all, [...wrapping.ids()]],
      );
      await this.#end(client, rows, "void", now, all ? "the machine lost power" : "the wrapping key is gone");
      return rows.length;
    });
  }

  /**
   * Erases wrapping keys under which nothing waits and nothing new was wrapped since `since`. The files go first:
   * a kill in between leaves files without record, which the next start records.
   */
  async eraseWrappingKeys(
    wrapping: WrappingKeys,
    site: string,
    since: number,
    now: number,
  ): Promise<number[]> {
    const erased = await this.#queue.run(async (client) => {
      // Inside the queue no supply is between its commit and this look: it shows here or is still held.
      const used = await client.query<{ wrapping_key: number }>(
        "SELECT wrapping_key FROM waiting_keys UNION SELECT wrapping_key FROM handed_keys",
      );
      const needed = new Set(used.map((row) => row.wrapping_key));
      for (const id of wrapping.ids()) {
        if (!needed.has(id) && wrapping.isIdle(id, since)) wrapping.erase(id);
      }
      this.#atStep("wrapping-keys-gone");
      const rows = await client.query<{ id: number }>(
        "UPDATE wrapping_keys SET erased_at = $1 WHERE erased_at IS NULL AND NOT (id = ANY($2::int4[])) RETURNING id",
        [now, [...wrapping.ids()]],
      );
      const ids = rows.map((row) => row.id);
      if (ids.length > 0) this.#ledger.append(site, now, "erased", { wrappingKeys: ids });
      return ids;
    });
    this.#atStep("erasure-committed");
    return erased;
  }

  async highestWrappingKey(): Promise<number> {
    const [row] = await this.#database.query<{ id: number | null }>(
      "SELECT max(id) AS id FROM wrapping_keys",
    );
    return row?.id ?? 0;
  }

  async #end(
    client: SqlClient,
    rows: readonly GoneRow[],
    ended: "expired" | "void",
    now: number,
    reason: string,
  ): Promise<void> {
    if (rows.length === 0) return;
    await client.query(
      `UPDATE key_lives SET
         remaining = remaining - gone.number,
         deleted_at = CASE WHEN remaining <= gone.number THEN $2::int8 END,
         ended = CASE WHEN remaining > gone.number THEN NULL
                      WHEN cardinality(delivered_sites) > 0 THEN 'delivered' ELSE $3 END
       FROM (SELECT id, count(*)::int4 AS number FROM unnest($1::bytea[]) AS given (id) GROUP BY id) AS gone
       WHERE key_lives.key_id = gone.id`,
      [rows.map((row) => row.key_id), now, ended],
    );
    const bySite = new Map<string, string[]>();
    for (const { site, key_id } of rows) {
      const keys = bySite.get(site);
      if (keys === undefined) bySite.set(site, [formatUuid(key_id)]);
      else keys.push(formatUuid(key_id));
    }
    for (const [site, keys] of bySite) {
      for (let at = 0; at < keys.length; at += keysPerRow) {
        this.#ledger.append(site, now, ended, { keys: keys.slice(at, at + keysPerRow), reason });
      }
    }
  }
}

interface GoneRow {
  readonly key_id: Uint8Array;
  readonly site: string;
}

async function writeUses(client: SqlClient, ledger: Ledger, uses: readonly KeyUse[]): Promise<void> {
  for (const { masterSite, at, keyId, suite, level, conversation } of uses) {
    ledger.append(masterSite, at, "draw", { key: formatUuid(keyId), suite, level, conversation });
  }
  await client.query(
    `UPDATE key_lives SET suite = used.suite, level = used.level
     FROM unnest($1::bytea[], $2::int4[], $3::int4[]) AS used (id, suite, level) WHERE key_lives.key_id = used.id`,
    [uses.map((use) => use.keyId), uses.map((use) => use.suite), uses.map((use) => use.level)],
  );
}
