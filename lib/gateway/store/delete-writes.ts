import type { SqlClient } from "../../shared/database/database.ts";
import { columnsOf } from "./columns.ts";

export interface CopyKey {
  readonly site: string;
  readonly device: Uint8Array;
  readonly recordHash: Uint8Array;
}

/** A device has its key in its own store: its sealed copy goes. */
export async function deleteCopies(client: SqlClient, rows: readonly CopyKey[]): Promise<void> {
  await client.query(
    `DELETE FROM "gateway_copy" AS c USING unnest($1::text[], $2::bytea[], $3::bytea[]) AS gone("site", "device", "hash")
       WHERE c."site" = gone."site" AND c."device" = gone."device" AND c."record_hash" = gone."hash"`,
    columnsOf(rows.map((row) => [row.site, row.device, row.recordHash])),
  );
}

export interface NoticeKey {
  readonly site: string;
  readonly id: number;
}

/** A notice was accepted by its peer, or refused for good. */
export async function deleteNotices(client: SqlClient, rows: readonly NoticeKey[]): Promise<void> {
  await client.query(
    `DELETE FROM "gateway_outbox" AS o USING unnest($1::text[], $2::int8[]) AS gone("site", "id")
       WHERE o."site" = gone."site" AND o."id" = gone."id"`,
    columnsOf(rows.map((row) => [row.site, row.id])),
  );
}

export interface VoidRow {
  readonly site: string;
  readonly recordHash: Uint8Array;
  readonly at: number;
  readonly expiry: number;
}

/** Marks records void and removes their copies; one that has not arrived yet is remembered until it expires. */
export async function voidRecords(client: SqlClient, rows: readonly VoidRow[]): Promise<void> {
  const columns = columnsOf(rows.map((row) => [row.site, row.recordHash, row.at, row.expiry]));
  await client.query(
    `INSERT INTO "gateway_void" ("site", "record_hash", "expiry")
       SELECT "site", "hash", "expiry" FROM unnest($1::text[], $2::bytea[], $3::int8[], $4::int8[]) AS v("site", "hash", "at", "expiry")
       ON CONFLICT DO NOTHING`,
    columns,
  );
  await client.query(
    `UPDATE "gateway_record" AS r SET "voided_at" = v."at"
       FROM unnest($1::text[], $2::bytea[], $3::int8[]) AS v("site", "hash", "at")
       WHERE r."site" = v."site" AND r."record_hash" = v."hash" AND r."voided_at" IS NULL`,
    columns.slice(0, 3),
  );
  await client.query(
    `DELETE FROM "gateway_copy" AS c USING unnest($1::text[], $2::bytea[]) AS v("site", "hash")
       WHERE c."site" = v."site" AND c."record_hash" = v."hash"`,
    columns.slice(0, 2),
  );
}
