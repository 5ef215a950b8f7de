import type { RelayConversation, RelayEntry } from "../../protocol/relay-events.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { SqlClient } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import { relayLimits } from "../limits.ts";
import { entryKindName } from "./entry-kinds.ts";
import { listed } from "./listed.ts";

/**
 * Entries after a sequence number, in order, as many as fit in one page (always at least one). The log ends for this
 * reader with number `last`, whatever came after it.
 */
export async function readEntries(
  client: SqlClient,
  conversation: Bytes,
  after: number,
  limit: number,
  last: number,
): Promise<{ entries: RelayEntry[]; head: number }> {
  const rows = await client.query<{ seq: number; kind: number; bytes: Uint8Array; total: number }>(
    `SELECT seq, kind, bytes FROM (
       SELECT seq, kind, bytes, sum(octet_length(bytes)) OVER (ORDER BY seq) - octet_length(bytes) AS before
       FROM (
         SELECT seq, kind, bytes FROM entries
         WHERE conversation_id = $1 AND seq > $2 AND seq <= $5 ORDER BY seq LIMIT $3
       ) AS page
     ) AS sized WHERE before < $4 ORDER BY seq`,
    [conversation, after, limit, relayLimits.page, last],
  );
  const heads = await client.query<{ head: number }>("SELECT head FROM conversations WHERE id = $1", [
    conversation,
  ]);
  const entries = rows.map(({ seq, kind, bytes }) => ({
    seq,
    kind: entryKindName(kind),
    bytes: listed(bytes),
  }));
  return { entries, head: Math.min(heads[0]?.head ?? 0, last) };
}

interface ListRow {
  readonly id: Uint8Array;
  readonly head: number;
  readonly roster_head: Uint8Array;
  readonly user_id: Uint8Array;
  readonly name: string;
  readonly site: string;
}

/**
 * Every conversation of a user, with its members; after them those they were removed from or left, as far as they may
 * read them, without saying who is in them now.
 */
export async function listConversations(client: SqlClient, user: Bytes): Promise<RelayConversation[]> {
  const rows = await client.query<ListRow>(
    `SELECT c.id, c.head, c.roster_head, m.user_id, u.name, u.site
     FROM members mine JOIN conversations c ON c.id = mine.conversation_id
     JOIN members m ON m.conversation_id = c.id JOIN users u ON u.id = m.user_id
     WHERE mine.user_id = $1 ORDER BY c.created_at, c.id, u.name`,
    [user],
  );
  const conversations = new Map<
    string,
    RelayConversation & { members: RelayConversation["members"][number][] }
  >();
  for (const row of rows) {
    const conversation = toHex(row.id);
    const known = conversations.get(conversation) ?? {
      conversation,
      head: row.head,
      rosterHead: toHex(row.roster_head),
      members: [],
    };
    known.members.push({ user: toHex(row.user_id), name: row.name, site: row.site });
    conversations.set(conversation, known);
  }
  return [...conversations.values(), ...(await listDepartures(client, user))];
}

async function listDepartures(client: SqlClient, user: Bytes): Promise<RelayConversation[]> {
  const rows = await client.query<{ conversation_id: Uint8Array; seq: number; roster_head: Uint8Array }>(
    `SELECT d.conversation_id, d.seq, sha512(e.bytes) AS roster_head
     FROM departures d JOIN entries e ON e.conversation_id = d.conversation_id AND e.seq = d.seq
     WHERE d.user_id = $1 AND NOT EXISTS (
       SELECT 1 FROM members m WHERE m.conversation_id = d.conversation_id AND m.user_id = d.user_id
     ) ORDER BY d.conversation_id`,
    [user],
  );
  return rows.map((row) => ({
    conversation: toHex(row.conversation_id),
    head: row.seq,
    rosterHead: toHex(row.roster_head),
    members: [],
  }));
}
