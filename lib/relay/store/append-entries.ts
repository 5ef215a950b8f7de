import type { SentEntryKind } from "../../protocol/relay-events.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import type { Database, SqlClient } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import { RelayError, unknownConversation } from "../relay-error.ts";
import type { Audience } from "./audience.ts";
import { readCircles, readOpenSessions, refuseSpeaker } from "./circles.ts";
import { entryKindNumber } from "./entry-kinds.ts";
import type { Speaker } from "./speaker.ts";

export interface PendingEntry {
  /** Hex, as they came. */
  readonly conversation: string;
  readonly clientId: string;
  readonly conversationId: Bytes;
  readonly kind: SentEntryKind;
  readonly bytes: Uint8Array;
  readonly speaker: Speaker;
  /** The socket that learns the number from the answer alone; undefined: it is told like everybody. */
  readonly untold: string | undefined;
}

export type AppendOutcome =
  | { readonly seq: number; readonly fresh: boolean; readonly audience: Audience }
  | { readonly refused: RelayError };

/**
 * Appends many entries in one transaction: heads are locked, members and sessions looked at under the lock, then all
 * rows go in with one statement. Each entry gets its own outcome; a refused one takes no number, so numbers have no
 * gaps. The same clientId with the same bytes gets the number it already has.
 * Rejects only when the transaction as a whole failed: then nothing was stored.
 */
export function appendEntries(
  database: Database,
  pending: readonly PendingEntry[],
): Promise<AppendOutcome[]> {
  return database.transaction(async (client) => {
    const heads = await lockHeads(client, pending);
    const circles = await readCircles(
      client,
      pending.filter((entry) => heads.has(entry.conversation)),
    );
    const sessions = await readOpenSessions(client, pending);
    const stored = await readStored(client, pending);
    const outcomes: AppendOutcome[] = [];
    const fresh: { entry: PendingEntry; seq: number }[] = [];
    for (const entry of pending) {
      const circle = circles.get(entry.conversation);
      const refused = refuseSpeaker(entry.speaker, circle, sessions);
      if (refused !== undefined || circle === undefined) {
        outcomes.push({ refused: refused ?? unknownConversation() });
        continue;
      }
      const key = entry.conversation + entry.clientId;
      const earlier = stored.get(key);
      if (earlier !== undefined) {
        outcomes.push(repeatOutcome(entry, earlier, circle));
        continue;
      }
      const seq = (heads.get(entry.conversation) ?? 0) + 1;
      heads.set(entry.conversation, seq);
      stored.set(key, { seq, kind: entryKindNumber(entry.kind), bytes: entry.bytes });
      fresh.push({ entry, seq });
      outcomes.push({ seq, fresh: true, audience: circle });
    }
    if (fresh.length > 0) await insert(client, fresh);
    return outcomes;
  });
}

interface StoredEntry {
  readonly seq: number;
  readonly kind: number;
  readonly bytes: Uint8Array;
}

function repeatOutcome(entry: PendingEntry, earlier: StoredEntry, audience: Audience): AppendOutcome {
  if (earlier.kind === entryKindNumber(entry.kind) && equalBytes(earlier.bytes, entry.bytes)) {
    return { seq: earlier.seq, fresh: false, audience };
  }
  return {
    refused: new RelayError("entry.conflict", "Another entry was already sent under this identifier."),
  };
}

/** In order of id, so that two processes never wait for each other. */
async function lockHeads(client: SqlClient, pending: readonly PendingEntry[]): Promise<Map<string, number>> {
  const ids = new Map(pending.map((entry) => [entry.conversation, entry.conversationId]));
  const rows = await client.query<{ id: Uint8Array; head: number }>(
    "SELECT id, head FROM conversations WHERE id = ANY($1::bytea[]) ORDER BY id FOR UPDATE",
    [[...ids.values()]],
  );
  return new Map(rows.map((row) => [toHex(row.id), row.head]));
}

async function readStored(
  client: SqlClient,
  pending: readonly PendingEntry[],
): Promise<Map<string, StoredEntry>> {
  const rows = await client.query<StoredEntry & { conversation_id: Uint8Array; client_id: Uint8Array }>(
    `SELECT e.conversation_id, e.client_id, e.seq, e.kind, e.bytes
     FROM generate_series(1, $2::int4) AS sent(i) JOIN entries e
       ON e.conversation_id = substr(decode($1, 'hex'), 32 * i - 31, 16)
      AND e.client_id = substr(decode($1, 'hex'), 32 * i - 15, 16)`,
    [pending.map((entry) => entry.conversation + entry.clientId).join(""), pending.length],
  );
  return new Map(rows.map((row) => [toHex(row.conversation_id) + toHex(row.client_id), row]));
}

/**
 * All rows' bytes go in as one hex text and are cut apart in SQL: an array of byte strings costs the embedded
 * database nearly three times as much to read.
 */
async function insert(
  client: SqlClient,
  fresh: readonly { entry: PendingEntry; seq: number }[],
): Promise<void> {
  const lengths = fresh.map(({ entry }) => entry.bytes.length);
  let start = 1;
  const starts = lengths.map((length) => {
    const own = start;
    start += length;
    return own;
  });
  await client.query(
    `WITH sent AS (
       SELECT substr(decode($1, 'hex'), 48 * i::int4 - 47, 16) AS conversation_id, seq, kind,
         substr(decode($1, 'hex'), 48 * i::int4 - 31, 16) AS client_id,
         substr(decode($1, 'hex'), 48 * i::int4 - 15, 16) AS sender,
         substr(decode($2, 'hex'), start, length) AS bytes
       FROM unnest($3::int4[], $4::int2[], $5::int4[], $6::int4[])
         WITH ORDINALITY AS row(seq, kind, start, length, i)
     ), stored AS (
       INSERT INTO entries (conversation_id, seq, kind, client_id, sender, bytes)
       SELECT conversation_id, seq, kind, client_id, sender, bytes FROM sent
     )
     UPDATE conversations c SET head = last.seq
     FROM (SELECT conversation_id, max(seq) AS seq FROM sent GROUP BY conversation_id) AS last
     WHERE c.id = last.conversation_id`,
    [
      fresh.map(({ entry }) => entry.conversation + entry.clientId + entry.speaker.user).join(""),
      fresh.map(({ entry }) => hexOf(entry.bytes)).join(""),
      fresh.map(({ seq }) => seq),
      fresh.map(({ entry }) => entryKindNumber(entry.kind)),
      starts,
      lengths,
    ],
  );
}

/** Node's own conversion: much faster than the portable one on whole envelopes. */
function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
