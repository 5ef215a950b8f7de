import type { Bytes } from "../../shared/bytes.ts";
import type { SqlClient } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import { isDemonstration } from "../accounts/account.ts";

/** Who hears of an entry. */
export interface Audience {
  /** User ids, hex. */
  readonly members: readonly string[];
  /** Every member is a demonstration user: an audience may watch. */
  readonly demonstration: boolean;
}

/** Everybody in a conversation. */
export async function readAudience(client: SqlClient, conversation: Bytes): Promise<Audience> {
  const rows = await client.query<{ user_id: Uint8Array; kind: string }>(
    "SELECT m.user_id, u.kind FROM members m JOIN users u ON u.id = m.user_id WHERE m.conversation_id = $1",
    [conversation],
  );
  return {
    members: rows.map((row) => toHex(row.user_id)),
    demonstration: rows.every((row) => isDemonstration(row.kind)),
  };
}
