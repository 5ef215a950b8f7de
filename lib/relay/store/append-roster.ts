import type { ParsedRosterEvent, RosterChange, RosterMemberEntry } from "../../protocol/roster-event.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import type { Database, SqlClient } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import { RelayError, unknownConversation } from "../relay-error.ts";
import { type Audience, readAudience } from "./audience.ts";
import { ownsDevice } from "./directory.ts";
import { entryKindNumber } from "./entry-kinds.ts";
import type { Speaker } from "./speaker.ts";
import { type Membership, requireStanding } from "./standing.ts";

export interface RosterAppend {
  readonly seq: number;
  /** False: the event was there already. */
  readonly fresh: boolean;
  /** Members after the event, and somebody removed by it: this event is the last that they hear of. */
  readonly audience: Audience;
  /** User ids (hex) that this event added. */
  readonly added: readonly string[];
}

interface HeadRow {
  readonly head: number;
  readonly roster_head: Uint8Array;
}

const clientIdLength = 16;

/**
 * Appends a roster event onto the head and brings the relay's own access list up to date. Signatures are for the
 * devices to verify; what is checked here is what the access list rests on: the author's device is the speaker's,
 * the speaker is a member (a moderator where others are concerned), every new member is a user of that site.
 * @throws RelayError "roster.conflict" with the head, "roster.invalid", "conversation.unknown", "relay.signed-out".
 */
export function appendRoster(
  database: Database,
  speaker: Speaker,
  conversation: Bytes,
  event: ParsedRosterEvent,
): Promise<RosterAppend> {
  return database.transaction(async (client) => {
    await requireStanding(client, speaker);
    if (!equalBytes(event.value.conversation, conversation)) {
      throw invalid("The event belongs to another conversation.");
    }
    if (!(await ownsDevice(client, speaker.userId, event.value.author))) {
      throw invalid("The event's author is not a published device of this user.");
    }
    const creating = event.value.change.kind === "create" && event.value.previous.length === 0;
    const isNew = creating && (await create(client, conversation));
    const head = await lockHead(client, conversation);
    if (!isNew) {
      const repeated = await findRepeated(client, speaker, conversation, event);
      if (repeated !== undefined) return repeated;
      await requireOnHead(client, speaker, conversation, head, event);
    }
    const seq = head.head + 1;
    const removing = event.value.change.kind === "remove";
    const before = removing ? await readAudience(client, conversation) : undefined;
    const added = await change(client, conversation, speaker, event.value.change, seq);
    await storeEvent(client, conversation, speaker, event, seq);
    return { seq, fresh: true, audience: before ?? (await readAudience(client, conversation)), added };
  });
}

/** True when the row is new. */
async function create(client: SqlClient, conversation: Bytes): Promise<boolean> {
  const rows = await client.query(
    "INSERT INTO conversations (id, head, roster_head) VALUES ($1, 0, '') ON CONFLICT DO NOTHING RETURNING head",
    [conversation],
  );
  return rows.length > 0;
}

async function lockHead(client: SqlClient, conversation: Bytes): Promise<HeadRow> {
  const rows = await client.query<HeadRow>(
    "SELECT head, roster_head FROM conversations WHERE id = $1 FOR UPDATE",
    [conversation],
  );
  const head = rows[0];
  if (head === undefined) throw unknownConversation();
  return head;
}

async function readMembership(
  client: SqlClient,
  conversation: Bytes,
  user: Bytes,
): Promise<Membership | undefined> {
  const rows = await client.query<Membership>(
    "SELECT moderator FROM members WHERE conversation_id = $1 AND user_id = $2",
    [conversation, user],
  );
  return rows[0];
}

async function findRepeated(
  client: SqlClient,
  speaker: Speaker,
  conversation: Bytes,
  event: ParsedRosterEvent,
): Promise<RosterAppend | undefined> {
  const rows = await client.query<{ seq: number; bytes: Uint8Array; sender: Uint8Array }>(
    "SELECT seq, bytes, sender FROM entries WHERE conversation_id = $1 AND client_id = $2",
    [conversation, event.hash.subarray(0, clientIdLength)],
  );
  const row = rows[0];
  // Whoever appended it may ask again even when the event was their own leaving.
  if (row === undefined || !equalBytes(row.bytes, event.bytes) || !equalBytes(row.sender, speaker.userId)) {
    return undefined;
  }
  return { seq: row.seq, fresh: false, audience: await readAudience(client, conversation), added: [] };
}

async function requireOnHead(
  client: SqlClient,
  speaker: Speaker,
  conversation: Bytes,
  head: HeadRow,
  event: ParsedRosterEvent,
): Promise<void> {
  const membership = await readMembership(client, conversation, speaker.userId);
  if (membership === undefined) throw unknownConversation();
  if (!equalBytes(event.value.previous, head.roster_head) || event.value.change.kind === "create") {
    throw new RelayError("roster.conflict", "Another membership event came first.", {
      head: toHex(head.roster_head),
    });
  }
}

/** Applies the event to the access list and returns the users it added (hex). */
async function change(
  client: SqlClient,
  conversation: Bytes,
  speaker: Speaker,
  wanted: RosterChange,
  seq: number,
): Promise<string[]> {
  if (wanted.kind === "create") return createMembers(client, conversation, speaker, wanted.members);
  const own = await readMembership(client, conversation, speaker.userId);
  const moderator = own?.moderator === true;
  switch (wanted.kind) {
    case "add":
      if (!moderator) throw invalid("Only a moderator adds members.");
      return addMembers(client, conversation, [wanted.member]);
    case "remove":
      if (!moderator && !equalBytes(wanted.user, speaker.userId)) {
        throw invalid("Only a moderator removes others.");
      }
      await affectMember(
        client,
        "DELETE FROM members WHERE conversation_id = $1 AND user_id = $2 RETURNING 1",
        [conversation, wanted.user],
      );
      await noteDeparture(client, conversation, wanted.user, seq);
      return [];
    case "role":
      if (!moderator) throw invalid("Only a moderator changes roles.");
      await affectMember(
        client,
        "UPDATE members SET moderator = $3 WHERE conversation_id = $1 AND user_id = $2 RETURNING 1",
        [conversation, wanted.user, wanted.moderator],
      );
      return [];
    case "device-add":
    case "device-remove":
      if (!moderator && !equalBytes(wanted.user, speaker.userId)) {
        throw invalid("Only a moderator changes the devices of others.");
      }
      if ((await readMembership(client, conversation, wanted.user)) === undefined) {
        throw invalid("The event names somebody who is not a member.");
      }
      return [];
  }
}

/** `seq`: the event that removes the member. Whoever was added again since has the later one only. */
async function noteDeparture(
  client: SqlClient,
  conversation: Bytes,
  user: Bytes,
  seq: number,
): Promise<void> {
  await client.query(
    `INSERT INTO departures (conversation_id, user_id, seq) VALUES ($1, $2, $3)
     ON CONFLICT (conversation_id, user_id) DO UPDATE SET seq = EXCLUDED.seq`,
    [conversation, user, seq],
  );
}

async function createMembers(
  client: SqlClient,
  conversation: Bytes,
  speaker: Speaker,
  members: readonly RosterMemberEntry[],
): Promise<string[]> {
  const own = members.find((member) => equalBytes(member.user, speaker.userId));
  if (own?.moderator !== true) throw invalid("The creator must be among the members, as a moderator.");
  return addMembers(client, conversation, members);
}

async function addMembers(
  client: SqlClient,
  conversation: Bytes,
  members: readonly RosterMemberEntry[],
): Promise<string[]> {
  const rows = await client.query<{ user_id: Uint8Array }>(
    `INSERT INTO members (conversation_id, user_id, moderator)
     SELECT $1, u.id, wanted.moderator
     FROM unnest($2::bytea[], $3::text[], $4::bool[]) AS wanted(id, site, moderator)
     JOIN users u ON u.id = wanted.id AND u.site = wanted.site
     ON CONFLICT DO NOTHING RETURNING user_id`,
    [
      conversation,
      members.map((member) => member.user),
      members.map((member) => member.site),
      members.map((member) => member.moderator),
    ],
  );
  if (rows.length !== members.length) {
    throw invalid("A new member is unknown, of another site, or in the conversation already.");
  }
  return rows.map((row) => toHex(row.user_id));
}

async function affectMember(
  client: SqlClient,
  sql: string,
  params: readonly (Bytes | boolean)[],
): Promise<void> {
  if ((await client.query(sql, params)).length === 0) {
    throw invalid("The event names somebody who is not a member.");
  }
}

async function storeEvent(
  client: SqlClient,
  conversation: Bytes,
  speaker: Speaker,
  event: ParsedRosterEvent,
  seq: number,
): Promise<void> {
  await client.query(
    `INSERT INTO entries (conversation_id, seq, kind, client_id, sender, bytes) VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      conversation,
      seq,
      entryKindNumber("roster"),
      event.hash.subarray(0, clientIdLength),
      speaker.userId,
      event.bytes,
    ],
  );
  await client.query("UPDATE conversations SET head = $2, roster_head = $3 WHERE id = $1", [
    conversation,
    seq,
    event.hash,
  ]);
}

function invalid(message: string): RelayError {
  return new RelayError("roster.invalid", message);
}
