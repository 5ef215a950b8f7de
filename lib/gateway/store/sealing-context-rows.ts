import type { SqlClient } from "../../shared/database/database.ts";
import { columnsOf } from "./columns.ts";

export interface SealingContextRow {
  readonly site: string;
  readonly context: Uint8Array;
  readonly device: Uint8Array;
  readonly encapsulation: Uint8Array;
  /** Which access secret of the device is the context's psk. */
  readonly generation: number;
  readonly createdAt: number;
}

/** The opened side of sealing contexts: what a device needs to open their copies. No key is here. */
export async function insertSealingContexts(
  client: SqlClient,
  rows: readonly SealingContextRow[],
): Promise<void> {
  await client.query(
    `INSERT INTO "gateway_sealing_context" ("site", "context", "device", "encapsulation", "generation", "created_at")
     SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[], $5::int4[], $6::int8[])`,
    columnsOf(
      rows.map((row) => [
        row.site,
        row.context,
        row.device,
        row.encapsulation,
        row.generation,
        row.createdAt,
      ]),
    ),
  );
}
