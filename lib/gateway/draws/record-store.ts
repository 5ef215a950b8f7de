import { type DrawRecord, parseDrawRecord } from "../../protocol/draw-record.ts";
import type { SealedCopy } from "../../protocol/sealed-copy.ts";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import type { Database } from "../../shared/database/database.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { ReadBatch } from "../store/read-batch.ts";

export interface DrawnRecord {
  readonly record: DrawRecord;
  readonly voided: boolean;
}

/** A sealed copy with the record it belongs to. */
export interface WaitingCopy {
  readonly record: Bytes;
  readonly copy: SealedCopy;
}

/** What is known of a record hash at this gateway. */
export interface RecordKnowledge {
  /** The record is here, and its key was collected. */
  readonly received: boolean;
  /** Its master voided it, or its key was lost on the way. */
  readonly voided: boolean;
}

interface CopyRow {
  readonly record: Uint8Array;
  readonly context: Uint8Array;
  readonly encapsulation: Uint8Array;
  readonly position: number;
  readonly sealed: Uint8Array;
  readonly generation: number;
}

const mostListed = 1000;

/** Reads one site's records, copies and spent register. Look-ups of the busy paths are joined into one query. */
export class RecordStore {
  readonly #site: string;
  readonly #database: Database;
  readonly #known: ReadBatch<RecordKnowledge>;
  readonly #spent: ReadBatch<true>;

  constructor(site: string, database: Database) {
    this.#site = site;
    this.#database = database;
    this.#known = new ReadBatch((keys) => this.#loadKnown(keys));
    this.#spent = new ReadBatch((keys) => this.#loadSpent(keys));
  }

  /** The hash of the record that answered this request of this device, if one did. */
  answered(device: Uint8Array, request: Uint8Array): Promise<Bytes | undefined> {
    return answeredIn(this.#database).get(`${this.#site} ${toHex(device)} ${toHex(request)}`);
  }

  async known(recordHash: Uint8Array): Promise<RecordKnowledge> {
    return (await this.#known.get(toHex(recordHash))) ?? { received: false, voided: false };
  }

  /** Whether this key_ID of this master already entered here. */
  async spent(masterSite: string, keyId: Uint8Array): Promise<boolean> {
    return (await this.#spent.get(`${masterSite} ${toHex(keyId)}`)) === true;
  }

  async drawnBy(device: Uint8Array, recordHash: Uint8Array): Promise<DrawnRecord | undefined> {
    const rows = await this.#database.query<{ record: Uint8Array | null; voided_at: number | null }>(
      `SELECT "record", "voided_at" FROM "gateway_record" WHERE "site" = $1 AND "record_hash" = $2 AND "device" = $3`,
      [this.#site, recordHash, device],
    );
    const row = rows[0];
    if (row === undefined || row.record === null) return undefined;
    return { record: parseDrawRecord(row.record).value, voided: row.voided_at !== null };
  }

  /** Hashes of the copies that wait for a device, oldest first, at most 1,000. */
  async waiting(device: Uint8Array): Promise<Bytes[]> {
    const rows = await this.#database.query<{ record_hash: Uint8Array }>(
      `SELECT "record_hash" FROM "gateway_copy" WHERE "site" = $1 AND "device" = $2 ORDER BY "created_at" LIMIT ${mostListed}`,
      [this.#site, device],
    );
    return rows.map((row) => copyBytes(row.record_hash));
  }

  /** The copy sealed to this device, the same bytes every time until it acknowledges. */
  async copy(device: Uint8Array, recordHash: Uint8Array): Promise<WaitingCopy | undefined> {
    const rows = await this.#database.query<CopyRow>(
      `SELECT r."record", c."context", s."encapsulation", c."position", c."sealed", s."generation"
       FROM "gateway_copy" AS c
       JOIN "gateway_record" AS r ON r."site" = c."site" AND r."record_hash" = c."record_hash"
       JOIN "gateway_sealing_context" AS s ON s."site" = c."site" AND s."context" = c."context"
       WHERE c."site" = $1 AND c."device" = $2 AND c."record_hash" = $3`,
      [this.#site, device, recordHash],
    );
    const row = rows[0];
    if (row === undefined) return undefined;
    return {
      record: copyBytes(row.record),
      copy: {
        contextId: copyBytes(row.context),
        enc: copyBytes(row.encapsulation),
        index: row.position,
        ciphertext: copyBytes(row.sealed),
        generation: row.generation,
      },
    };
  }

  /** Hashes of records that are void and have not expired. */
  async voided(): Promise<Bytes[]> {
    const rows = await this.#database.query<{ record_hash: Uint8Array }>(
      `SELECT "record_hash" FROM "gateway_void" WHERE "site" = $1`,
      [this.#site],
    );
    return rows.map((row) => copyBytes(row.record_hash));
  }

  async #loadKnown(keys: readonly string[]): Promise<Map<string, RecordKnowledge>> {
    const rows = await this.#database.query<{ record_hash: Uint8Array; received: boolean }>(
      `SELECT "record_hash", true AS "received" FROM "gateway_record" WHERE "site" = $1 AND "record_hash" = ANY($2::bytea[])
       UNION ALL SELECT "record_hash", false FROM "gateway_void" WHERE "site" = $1 AND "record_hash" = ANY($2::bytea[])`,
      [this.#site, keys.map(fromHex)],
    );
    const known = new Map<string, RecordKnowledge>();
    for (const row of rows) {
      const before = known.get(toHex(row.record_hash));
      known.set(toHex(row.record_hash), {
        received: row.received || before?.received === true,
        voided: !row.received || before?.voided === true,
      });
    }
    return known;
  }

  async #loadSpent(keys: readonly string[]): Promise<Map<string, true>> {
    const pairs = keys.map((key) => key.split(" "));
    const rows = await this.#database.query<{ master_site: string; key_id: Uint8Array }>(
      `SELECT s."master_site", s."key_id" FROM "gateway_spent" AS s
       JOIN unnest($2::text[], $3::bytea[]) AS asked("master", "id")
         ON s."master_site" = asked."master" AND s."key_id" = asked."id" WHERE s."site" = $1`,
      [this.#site, pairs.map(([master]) => master ?? ""), pairs.map(([, id]) => fromHex(id ?? ""))],
    );
    return new Map(rows.map((row) => [`${row.master_site} ${toHex(row.key_id)}`, true as const]));
  }
}

const answeredBatches = new WeakMap<Database, ReadBatch<Bytes>>();

/** Every draw of every site looks for an earlier answer first: the gateways of one process look together. */
function answeredIn(database: Database): ReadBatch<Bytes> {
  let batch = answeredBatches.get(database);
  if (batch === undefined) {
    batch = new ReadBatch((keys) => loadAnswered(database, keys));
    answeredBatches.set(database, batch);
  }
  return batch;
}

async function loadAnswered(database: Database, keys: readonly string[]): Promise<Map<string, Bytes>> {
  const asked = keys.map((key) => key.split(" "));
  const rows = await database.query<{
    site: string;
    device: Uint8Array;
    request: Uint8Array;
    record_hash: Uint8Array;
  }>(
    `SELECT r."site", r."device", r."request", r."record_hash" FROM "gateway_record" AS r
     JOIN unnest($1::text[], $2::bytea[], $3::bytea[]) AS asked("site", "device", "request")
       ON r."site" = asked."site" AND r."device" = asked."device" AND r."request" = asked."request"`,
    [
      asked.map(([site]) => site ?? ""),
      asked.map(([, device]) => fromHex(device ?? "")),
      asked.map(([, , request]) => fromHex(request ?? "")),
    ],
  );
  return new Map(
    rows.map((row) => [`${row.site} ${toHex(row.device)} ${toHex(row.request)}`, copyBytes(row.record_hash)]),
  );
}
