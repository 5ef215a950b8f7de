import type { SealedCopy } from "../../protocol/sealed-copy.ts";
import type { SqlClient } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import { type Cell, columnsOf } from "./columns.ts";

/** A key sealed to one device. */
export interface CopyRow {
  readonly device: Uint8Array;
  readonly context: Uint8Array;
  /** Given until the context is known to be in the database. */
  readonly encapsulation: Uint8Array | undefined;
  readonly sealedCopy: SealedCopy;
}

export interface RecordRow {
  readonly site: string;
  readonly masterSite: string;
  readonly recordHash: Uint8Array;
  readonly record: Uint8Array;
  readonly keyIds: readonly Uint8Array[];
  readonly drawnAt: number;
  readonly expiry: number;
  readonly copies: readonly CopyRow[];
}

/** A draw made here: nothing of it may leave before it is committed. */
export interface DrawRow extends RecordRow {
  readonly device: Uint8Array;
  readonly request: Uint8Array;
  readonly notices: readonly OutboxRow[];
}

export interface OutboxRow {
  readonly site: string;
  readonly id: number;
  readonly peer: string;
  readonly kind: "record" | "void" | "revocation";
  readonly subject: Uint8Array;
  readonly body: Uint8Array | null;
  readonly expiry: number;
}

export type DrawOutcome = "committed" | "request-repeated" | "key-repeated";

/** Request, spent register, copies and notices of draws; a repeat leaves no copy and no notice. */
export async function writeDraws(client: SqlClient, rows: readonly DrawRow[]): Promise<DrawOutcome[]> {
  const fresh = await insertRecords(client, rows);
  const spent = await insertSpent(client, rows);
  const accepted = rows.filter((row) => fresh.has(row) && spent.has(row));
  await insertCopies(client, accepted);
  await insertOutbox(
    client,
    accepted.flatMap((row) => row.notices),
  );
  return rows.map((row) => {
    if (!fresh.has(row)) return "request-repeated";
    return spent.has(row) ? "committed" : "key-repeated";
  });
}

export type IntakeOutcome = "committed" | "key-repeated";

/** Spent register, records and copies of records received. */
export async function writeIntake(client: SqlClient, rows: readonly RecordRow[]): Promise<IntakeOutcome[]> {
  const spent = await insertSpent(client, rows);
  const accepted = rows.filter((row) => spent.has(row));
  await insertRecords(client, accepted);
  await insertCopies(client, accepted);
  return rows.map((row) => (spent.has(row) ? "committed" : "key-repeated"));
}

/** Inserts records and tells which were new (same site, device and request never twice). */
async function insertRecords<Row extends RecordRow & { device?: Uint8Array; request?: Uint8Array }>(
  client: SqlClient,
  rows: readonly Row[],
): Promise<Set<Row>> {
  if (rows.length === 0) return new Set();
  const inserted = await client.query<{ site: string; record_hash: Uint8Array }>(
    `INSERT INTO "gateway_record" ("site", "record_hash", "record", "master_site", "device", "request", "drawn_at", "expiry")
     SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::text[], $5::bytea[], $6::bytea[], $7::int8[], $8::int8[])
     ON CONFLICT DO NOTHING RETURNING "site", "record_hash"`,
    columnsOf(
      rows.map((row) => [
        row.site,
        row.recordHash,
        row.record,
        row.masterSite,
        row.device ?? null,
        row.request ?? null,
        row.drawnAt,
        row.expiry,
      ]),
    ),
  );
  const found = new Set(inserted.map((row) => `${row.site} ${toHex(row.record_hash)}`));
  return new Set(rows.filter((row) => found.has(`${row.site} ${toHex(row.recordHash)}`)));
}

/**
 * Enters every key_ID in the register and tells which records had all of theirs new and none twice. With this commit
 * the keys are stored: what the key manager kept of them in case of a kill goes.
 */
async function insertSpent(client: SqlClient, rows: readonly RecordRow[]): Promise<Set<RecordRow>> {
  if (rows.length === 0) return new Set();
  const entries = rows.flatMap((row) =>
    row.keyIds.map((keyId) => [row.site, row.masterSite, keyId, row.recordHash]),
  );
  const inserted = await client.query<{ site: string; record_hash: Uint8Array }>(
    `WITH stored AS (
       DELETE FROM "handed_keys" USING unnest($1::text[], $3::bytea[]) AS done("site", "key_id")
       WHERE "handed_keys"."key_id" = done."key_id" AND "handed_keys"."site" = done."site"
     )
     INSERT INTO "gateway_spent" ("site", "master_site", "key_id", "record_hash")
     SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[])
     ON CONFLICT DO NOTHING RETURNING "site", "record_hash"`,
    columnsOf(entries),
  );
  const counts = new Map<string, number>();
  for (const row of inserted) {
    const name = `${row.site} ${toHex(row.record_hash)}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Set(
    rows.filter((row) => counts.get(`${row.site} ${toHex(row.recordHash)}`) === row.keyIds.length),
  );
}

async function insertCopies(client: SqlClient, rows: readonly RecordRow[]): Promise<void> {
  const copies = rows.flatMap((row) =>
    row.copies.map(({ device, context, sealedCopy }) => [
      row.site,
      device,
      row.recordHash,
      context,
      sealedCopy.index,
      sealedCopy.ciphertext,
      row.drawnAt,
    ]),
  );
  if (copies.length === 0) return;
  await insertContexts(client, rows);
  await client.query(
    `INSERT INTO "gateway_copy" ("site", "device", "record_hash", "context", "position", "sealed", "created_at")
     SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[], $5::int4[], $6::bytea[], $7::int8[])`,
    columnsOf(copies),
  );
}

/** What a device needs to open the copies of a context: written with whichever of them is committed first. */
async function insertContexts(client: SqlClient, rows: readonly RecordRow[]): Promise<void> {
  const fresh = new Map<string, Cell[]>();
  for (const row of rows) {
    for (const { device, context, encapsulation, sealedCopy } of row.copies) {
      if (encapsulation === undefined) continue;
      fresh.set(toHex(context), [
        row.site,
        context,
        device,
        encapsulation,
        sealedCopy.generation,
        row.drawnAt,
      ]);
    }
  }
  if (fresh.size === 0) return;
  await client.query(
    `INSERT INTO "gateway_sealing_context" ("site", "context", "device", "encapsulation", "generation", "created_at")
     SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[], $5::int4[], $6::int8[])
     ON CONFLICT DO NOTHING`,
    columnsOf([...fresh.values()]),
  );
}

export async function insertOutbox(client: SqlClient, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `INSERT INTO "gateway_outbox" ("site", "id", "peer", "kind", "subject", "body", "expiry")
     SELECT * FROM unnest($1::text[], $2::int8[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::int8[])`,
    columnsOf(
      rows.map((row) => [
        row.site,
        row.id,
        row.peer,
        row.kind,
        row.subject,
        // A record is already in its own table.
        row.kind === "record" ? null : row.body,
        row.expiry,
      ]),
    ),
  );
}
