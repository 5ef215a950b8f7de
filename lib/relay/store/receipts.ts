import type { RelayReceipt } from "../../protocol/relay-events.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { SqlClient } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import { receiptKindName } from "./entry-kinds.ts";
import { listed } from "./listed.ts";

export interface NewReceipt {
  readonly conversation: Bytes;
  readonly device: Bytes;
  readonly kind: number;
  readonly user: Bytes;
  /** As the device wrote it, milliseconds UTC. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Keeps the latest receipt of each device and kind. False: a later one is there already, or this very one. */
export async function putReceipt(client: SqlClient, receipt: NewReceipt): Promise<boolean> {
  const rows = await client.query(
    `INSERT INTO receipts (conversation_id, device, kind, user_id, at, bytes) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (conversation_id, device, kind) DO UPDATE
       SET at = EXCLUDED.at, bytes = EXCLUDED.bytes, user_id = EXCLUDED.user_id
       WHERE receipts.at < EXCLUDED.at OR (receipts.at = EXCLUDED.at AND receipts.bytes <> EXCLUDED.bytes)
     RETURNING kind`,
    [receipt.conversation, receipt.device, receipt.kind, receipt.user, receipt.at, receipt.bytes],
  );
  return rows.length > 0;
}

export async function listReceipts(client: SqlClient, conversation: Bytes): Promise<RelayReceipt[]> {
  const rows = await client.query<{ device: Uint8Array; kind: number; bytes: Uint8Array }>(
    "SELECT device, kind, bytes FROM receipts WHERE conversation_id = $1 ORDER BY at",
    [conversation],
  );
  return rows.map(({ device, kind, bytes }) => ({
    device: toHex(device),
    kind: receiptKindName(kind),
    bytes: listed(bytes),
  }));
}
