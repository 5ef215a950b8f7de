import type { Bytes } from "../../shared/bytes.ts";
import type { SqlClient } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import { isDemonstration } from "../accounts/account.ts";
import { RelayError, unknownConversation } from "../relay-error.ts";
import type { Audience } from "./audience.ts";
import type { Speaker } from "./speaker.ts";

/** Who is in a conversation, and the session version that each of them has now. */
export interface Circle extends Audience {
  readonly versions: ReadonlyMap<string, number>;
}

interface MemberRow {
  readonly conversation_id: Uint8Array;
  readonly user_id: Uint8Array;
  readonly kind: string;
  readonly disabled: boolean;
  readonly session_version: number;
}

/** The members of many conversations, by conversation (hex); those without members are absent. */
export async function readCircles(
  client: SqlClient,
  asked: readonly { readonly conversation: string; readonly conversationId: Bytes }[],
): Promise<ReadonlyMap<string, Circle>> {
  const ids = new Map(asked.map(({ conversation, conversationId }) => [conversation, conversationId]));
  const rows = await client.query<MemberRow>(
    `SELECT m.conversation_id, m.user_id, u.kind, u.disabled, u.session_version
     FROM members m JOIN users u ON u.id = m.user_id WHERE m.conversation_id = ANY($1::bytea[])`,
    [[...ids.values()]],
  );
  const circles = new Map<string, ReturnType<typeof newCircle>>();
  for (const row of rows) {
    const conversation = toHex(row.conversation_id);
    const circle = circles.get(conversation) ?? newCircle();
    circles.set(conversation, circle);
    const user = toHex(row.user_id);
    circle.members.push(user);
    circle.demonstration &&= isDemonstration(row.kind);
    // A disabled user's version matches nothing: it counts as a session that has ended, not as a stranger.
    circle.versions.set(user, row.disabled ? -1 : row.session_version);
  }
  return circles;
}

function newCircle() {
  return { members: [] as string[], demonstration: true, versions: new Map<string, number>() };
}

/** Of these speakers' sessions, those that have not ended. */
export async function readOpenSessions(
  client: SqlClient,
  asked: readonly { readonly speaker: Speaker }[],
): Promise<ReadonlySet<string>> {
  const ids = new Map<string, Bytes>();
  for (const { speaker } of asked)
    if (speaker.sessionId !== null) ids.set(speaker.session, speaker.sessionId);
  if (ids.size === 0) return new Set();
  const rows = await client.query<{ id: Uint8Array }>(
    "SELECT id FROM sessions WHERE id = ANY($1::bytea[]) AND expires_at > now()",
    [[...ids.values()]],
  );
  return new Set(rows.map((row) => toHex(row.id)));
}

/** Why this speaker may not speak in this conversation; undefined when they may. */
export function refuseSpeaker(
  speaker: Speaker,
  circle: Circle | undefined,
  openSessions: ReadonlySet<string>,
): RelayError | undefined {
  const version = circle?.versions.get(speaker.user);
  if (version === undefined) return unknownConversation();
  const standing =
    version === speaker.version && (speaker.session === null || openSessions.has(speaker.session));
  return standing ? undefined : new RelayError("relay.signed-out", "This session has ended.");
}
