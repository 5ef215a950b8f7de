import type { Bytes } from "../../shared/bytes.ts";
import type { Database, SqlClient } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import { RelayError, unknownConversation } from "../relay-error.ts";
import type { Speaker } from "./speaker.ts";

/** The greatest number that an entry can have. */
const lastNumber = 2 ** 31 - 1;

/** @throws RelayError "relay.signed-out" when user or session no longer count. */
export async function requireStanding(client: SqlClient, speaker: Speaker): Promise<void> {
  const rows = await client.query<{ standing: boolean }>(
    `SELECT NOT u.disabled AND u.session_version = $2
        AND ($3::bytea IS NULL OR EXISTS (SELECT 1 FROM sessions s WHERE s.id = $3 AND s.expires_at > now()))
        AS standing
     FROM users u WHERE u.id = $1`,
    [speaker.userId, speaker.version, speaker.sessionId],
  );
  if (rows[0]?.standing !== true) throw new RelayError("relay.signed-out", "This session has ended.");
}

export interface Membership {
  readonly moderator: boolean;
}

/** @throws RelayError "relay.signed-out", "conversation.unknown" for everybody who is not a member. */
export async function requireMember(
  client: SqlClient,
  speaker: Speaker,
  conversation: Bytes,
): Promise<Membership> {
  await requireStanding(client, speaker);
  const rows = await client.query<Membership>(
    "SELECT moderator FROM members WHERE conversation_id = $1 AND user_id = $2",
    [conversation, speaker.userId],
  );
  const membership = rows[0];
  if (membership === undefined) throw unknownConversation();
  return membership;
}

/**
 * How far this speaker may read: the number of the last entry for them. A member reads everything; whoever was
 * removed or left, up to the event that says so.
 * @throws RelayError "relay.signed-out", "conversation.unknown" for everybody who was never a member.
 */
export async function requireReader(
  client: SqlClient,
  speaker: Speaker,
  conversation: Bytes,
): Promise<number> {
  await requireStanding(client, speaker);
  const rows = await client.query<{ last: number | null }>(
    `SELECT coalesce(
       (SELECT $3::int4 FROM members WHERE conversation_id = $1 AND user_id = $2),
       (SELECT seq FROM departures WHERE conversation_id = $1 AND user_id = $2)
     ) AS last`,
    [conversation, speaker.userId, lastNumber],
  );
  const last = rows[0]?.last ?? undefined;
  if (last === undefined) throw unknownConversation();
  return last;
}

/** Of these speakers, those that no longer count. For sockets that are idle, or whose user was changed elsewhere. */
export async function findFallen(database: Database, speakers: readonly Speaker[]): Promise<Set<Speaker>> {
  if (speakers.length === 0) return new Set();
  const users = await database.query<{ id: Uint8Array; session_version: number }>(
    "SELECT id, session_version FROM users WHERE NOT disabled AND id = ANY($1::bytea[])",
    [unique(speakers.map((speaker) => speaker.userId))],
  );
  const sessions = await database.query<{ id: Uint8Array }>(
    "SELECT id FROM sessions WHERE expires_at > now() AND id = ANY($1::bytea[])",
    [unique(speakers.flatMap((speaker) => (speaker.sessionId === null ? [] : [speaker.sessionId])))],
  );
  const versions = new Map(users.map((user) => [toHex(user.id), user.session_version]));
  const open = new Set(sessions.map((session) => toHex(session.id)));
  const fallen = speakers.filter(
    ({ user, version, session }) =>
      versions.get(user) !== version || (session !== null && !open.has(session)),
  );
  return new Set(fallen);
}

function unique(ids: readonly Bytes[]): Bytes[] {
  return [...new Map(ids.map((id) => [toHex(id), id])).values()];
}
