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

/**
 * Request, spent register, copies and notices of draws; a repeat leaves no copy and no notice. Several draws are written
 * as if none were a repeat: when one is, the commit fails and each is written alone, with care.
 */
export async function writeDraws(client: SqlClient, rows: readonly DrawRow[]): Promise<DrawOutcome[]> {
  const notices = rows.flatMap((row) => row.notices);
  const [only] = rows;
  if (rows.length > 1 || only === undefined) {
    await insertContexts(client, rows);
    await client.query(insertDraws, [
      ...recordColumns(rows),
      ...spentColumns(rows),
      ...copyColumns(rows),
      ...outboxColumns(notices),
    ]);
    return rows.map(() => "committed");
  }
  if (!(await insertRecord(client, only))) return ["request-repeated"];
  if (!(await insertSpent(client, only))) return ["key-repeated"];
  await insertCopies(client, only);
  await insertOutbox(client, notices);
  return ["committed"];
}

export type IntakeOutcome = "committed" | "key-repeated";

/**
 * Spent register, records and copies of records received, as draws are written. With this commit the keys are stored:
 * what the key manager kept of them in case of a kill goes.
 */
export async function writeIntake(client: SqlClient, rows: readonly RecordRow[]): Promise<IntakeOutcome[]> {
  const [only] = rows;
  if (rows.length > 1 || only === undefined) {
    await insertContexts(client, rows);
    await client.query(insertReceived, [...recordColumns(rows), ...spentColumns(rows), ...copyColumns(rows)]);
    return rows.map(() => "committed");
  }
  if (!(await insertSpent(client, only))) return ["key-repeated"];
  const [sites = [], , keyIds = []] = spentColumns(rows);
  await client.query(forgetHanded("$1", "$2"), [sites, keyIds]);
  await insertRecord(client, only);
  await insertCopies(client, only);
  return ["committed"];
}

/** The statements' parts; each takes its columns as arrays, the first as parameter `first`. */
function arrays(types: readonly string[], first: number): string {
  return `unnest(${types.map((type, i) => `$${first + i}::${type}[]`).join(", ")})`;
}

function recordsFrom(first: number): string {
  return `INSERT INTO "gateway_record" ("site", "record_hash", "record", "master_site", "device", "request", "drawn_at", "expiry")
    SELECT * FROM ${arrays(["text", "bytea", "bytea", "text", "bytea", "bytea", "int8", "int8"], first)}`;
}

function spentFrom(first: number): string {
  return `INSERT INTO "gateway_spent" ("site", "master_site", "key_id", "record_hash")
    SELECT * FROM ${arrays(["text", "text", "bytea", "bytea"], first)}`;
}

function copiesFrom(first: number): string {
  return `INSERT INTO "gateway_copy" ("site", "device", "record_hash", "context", "position", "sealed", "created_at")
    SELECT * FROM ${arrays(["text", "bytea", "bytea", "bytea", "int4", "bytea", "int8"], first)}`;
}

function outboxFrom(first: number): string {
  return `INSERT INTO "gateway_outbox" ("site", "id", "peer", "kind", "subject", "body", "expiry")
    SELECT * FROM ${arrays(["text", "int8", "text", "text", "bytea", "bytea", "int8"], first)}`;
}

function forgetHanded(sites: string, keyIds: string): string {
  return `DELETE FROM "handed_keys" USING unnest(${sites}::text[], ${keyIds}::bytea[]) AS done("site", "key_id")
    WHERE "handed_keys"."key_id" = done."key_id" AND "handed_keys"."site" = done."site"`;
}

const insertDraws = `WITH r AS (${recordsFrom(1)}), s AS (${spentFrom(9)}), c AS (${copiesFrom(13)}) ${outboxFrom(20)}`;
const insertReceived = `WITH r AS (${recordsFrom(1)}), s AS (${spentFrom(9)}), h AS (${forgetHanded("$9", "$11")}) ${copiesFrom(13)}`;

function recordColumns(
  rows: readonly (RecordRow & { device?: Uint8Array; request?: Uint8Array })[],
): Cell[][] {
  return [
    rows.map((row) => row.site),
    rows.map((row) => row.recordHash),
    rows.map((row) => row.record),
    rows.map((row) => row.masterSite),
    rows.map((row) => row.device ?? null),
    rows.map((row) => row.request ?? null),
    rows.map((row) => row.drawnAt),
    rows.map((row) => row.expiry),
  ];
}

function spentColumns(rows: readonly RecordRow[]): Cell[][] {
  const entries = rows.flatMap((row) => row.keyIds.map((keyId) => ({ row, keyId })));
  return [
    entries.map(({ row }) => row.site),
    entries.map(({ row }) => row.masterSite),
    entries.map(({ keyId }) => keyId),
    entries.map(({ row }) => row.recordHash),
  ];
}

function copyColumns(rows: readonly RecordRow[]): Cell[][] {
  const entries = rows.flatMap((row) => row.copies.map((copy) => ({ row, copy })));
  return [
    entries.map(({ row }) => row.site),
    entries.map(({ copy }) => copy.device),
    entries.map(({ row }) => row.recordHash),
    entries.map(({ copy }) => copy.context),
    entries.map(({ copy }) => copy.sealedCopy.index),
    entries.map(({ copy }) => copy.sealedCopy.ciphertext),
    entries.map(({ row }) => row.drawnAt),
  ];
}

function outboxColumns(rows: readonly OutboxRow[]): Cell[][] {
  return [
    rows.map((row) => row.site),
    rows.map((row) => row.id),
    rows.map((row) => row.peer),
    rows.map((row) => row.kind),
    rows.map((row) => row.subject),
    // A record is already in its own table.
    rows.map((row) => (row.kind === "record" ? null : row.body)),
    rows.map((row) => row.expiry),
  ];
}

/** False when this device's request was answered before. */
async function insertRecord(
  client: SqlClient,
  row: RecordRow & { device?: Uint8Array; request?: Uint8Array },
): Promise<boolean> {
  const sql = `${recordsFrom(1)} ON CONFLICT DO NOTHING RETURNING 1`;
  return (await client.query(sql, recordColumns([row]))).length > 0;
}

/** Enters the record's key_IDs in the register. False unless all of them are new and none is there twice. */
async function insertSpent(client: SqlClient, row: RecordRow): Promise<boolean> {
  const sql = `${spentFrom(1)} ON CONFLICT DO NOTHING RETURNING 1`;
  return (await client.query(sql, spentColumns([row]))).length === row.keyIds.length;
}

async function insertCopies(client: SqlClient, row: RecordRow): Promise<void> {
  if (row.copies.length === 0) return;
  await insertContexts(client, [row]);
  await client.query(copiesFrom(1), copyColumns([row]));
}

export async function insertOutbox(client: SqlClient, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length > 0) await client.query(outboxFrom(1), outboxColumns(rows));
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
