import { lengths, limits } from "../../protocol/limits.ts";
import { type Bytes, copyBytes, equalBytes } from "../../shared/bytes.ts";
import type { Database, SqlClient } from "../../shared/database/database.ts";
import { relayLimits } from "../limits.ts";
import { RelayError } from "../relay-error.ts";
import type { Speaker } from "../store/speaker.ts";
import { requireMember } from "../store/standing.ts";

const fullChunk = limits.fileChunk + lengths.tag;

/** Which file of which conversation: 16 bytes each. */
export interface AttachmentPlace {
  readonly conversation: Bytes;
  readonly file: Bytes;
}

export interface AttachmentStatus {
  readonly size: number;
  readonly complete: boolean;
  /** Chunks still to come, as first and last positions. */
  readonly missing: readonly (readonly [number, number])[];
}

interface Row {
  readonly conversation_id: Uint8Array;
  readonly uploader: Uint8Array;
  readonly size: number;
  readonly chunks: number;
  readonly complete: boolean;
}

/**
 * Sealed files in the relay's database, so that all web processes see the same and an acknowledged chunk is as durable
 * as a message. Every request asks whether the speaker is still a member; only members of the file's conversation
 * learn that it exists.
 */
export class AttachmentStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Begins an upload, or says how far it is. `size`: bytes of all sealed chunks together.
   * @throws RelayError conversation.unknown, relay.signed-out, relay.too-large, attachment.conflict (begun by
   * somebody else, elsewhere or with another size), attachment.quota
   */
  async begin(speaker: Speaker, place: AttachmentPlace, size: number): Promise<AttachmentStatus> {
    if (size < lengths.tag || size > relayLimits.attachment)
      throw new RelayError("relay.too-large", "The file is larger than the relay keeps.");
    return await this.#database.transaction(async (client) => {
      await requireMember(client, speaker, place.conversation);
      const known = await find(client, place.file);
      if (known === undefined) await insert(client, speaker, place, size);
      else if (!isOwn(known, speaker, place) || known.size !== size) throw conflict();
      return await this.#status(client, place.file, size, known?.complete ?? false);
    });
  }

  /**
   * Stores one chunk; the same bytes again change nothing. Resolves after the commit.
   * @throws RelayError conversation.unknown, relay.signed-out, attachment.unknown, attachment.conflict (other bytes
   * than before), relay.malformed (no such chunk, or not its length)
   */
  async put(speaker: Speaker, place: AttachmentPlace, position: number, bytes: Bytes): Promise<boolean> {
    return await this.#database.transaction(async (client) => {
      await requireMember(client, speaker, place.conversation);
      const row = await find(client, place.file);
      if (row === undefined || !isOwn(row, speaker, place)) throw unknownAttachment();
      if (bytes.length !== sealedLengthOf(row, position))
        throw new RelayError("relay.malformed", "The file has no chunk of this length there.");
      const inserted = await client.query(
        `INSERT INTO attachment_chunks (attachment_id, position, bytes) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING RETURNING position`,
        [place.file, position, bytes],
      );
      if (inserted.length === 0) {
        const [stored] = await client.query<{ bytes: Uint8Array }>(
          "SELECT bytes FROM attachment_chunks WHERE attachment_id = $1 AND position = $2",
          [place.file, position],
        );
        if (stored === undefined || !equalBytes(stored.bytes, bytes)) throw conflict();
        return row.complete;
      }
      const [updated] = await client.query<{ complete: boolean }>(
        `UPDATE attachments SET stored = stored + 1, touched_at = now(),
            complete_at = CASE WHEN stored + 1 = chunks THEN now() END
         WHERE id = $1 RETURNING complete_at IS NOT NULL AS complete`,
        [place.file],
      );
      return updated?.complete === true;
    });
  }

  /**
   * `count` chunks from `first` on, fewer at the file's end, joined.
   * @throws RelayError conversation.unknown, relay.signed-out, attachment.unknown, attachment.incomplete
   */
  async get(speaker: Speaker, place: AttachmentPlace, first: number, count: number): Promise<Bytes> {
    await requireMember(this.#database, speaker, place.conversation);
    const row = await find(this.#database, place.file);
    if (row === undefined || !equalBytes(row.conversation_id, place.conversation) || first >= row.chunks)
      throw unknownAttachment();
    if (!row.complete)
      throw new RelayError("attachment.incomplete", "Its sender has not sent all of this file yet.");
    const rows = await this.#database.query<{ bytes: Uint8Array }>(
      `SELECT bytes FROM attachment_chunks WHERE attachment_id = $1 AND position >= $2 AND position < $3
       ORDER BY position`,
      [place.file, first, first + count],
    );
    return copyBytes(Buffer.concat(rows.map(({ bytes }) => bytes)));
  }

  /** Its uploader takes a file back, finished or not; one that is not there is gone already. @throws as `put` */
  async remove(speaker: Speaker, place: AttachmentPlace): Promise<void> {
    await this.#database.transaction(async (client) => {
      await requireMember(client, speaker, place.conversation);
      const row = await find(client, place.file);
      if (row === undefined) return;
      if (!isOwn(row, speaker, place)) throw unknownAttachment();
      await client.query("DELETE FROM attachments WHERE id = $1", [place.file]);
    });
  }

  /** Forgets uploads that stopped and files past their time. `now` in milliseconds UTC. Returns how many. */
  async sweep(now: number): Promise<number> {
    const rows = await this.#database.query(
      `DELETE FROM attachments WHERE touched_at < CASE WHEN complete_at IS NULL THEN $1::timestamptz
         ELSE $2::timestamptz END RETURNING id`,
      [
        new Date(now - relayLimits.attachmentUnfinished).toISOString(),
        new Date(now - relayLimits.attachmentKept).toISOString(),
      ],
    );
    return rows.length;
  }

  async #status(client: SqlClient, file: Bytes, size: number, complete: boolean): Promise<AttachmentStatus> {
    if (complete) return { size, complete, missing: [] };
    const rows = await client.query<{ position: number }>(
      "SELECT position FROM attachment_chunks WHERE attachment_id = $1 ORDER BY position",
      [file],
    );
    return {
      size,
      complete,
      missing: gapsIn(
        rows.map(({ position }) => position),
        chunksIn(size),
      ),
    };
  }
}

async function find(client: SqlClient, file: Bytes): Promise<Row | undefined> {
  const [row] = await client.query<Row>(
    `SELECT conversation_id, uploader, size, chunks, complete_at IS NOT NULL AS complete
     FROM attachments WHERE id = $1`,
    [file],
  );
  return row;
}

async function insert(
  client: SqlClient,
  speaker: Speaker,
  { conversation, file }: AttachmentPlace,
  size: number,
): Promise<void> {
  // Two uploads of one person that begin at once are counted one after the other.
  await client.query("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", [speaker.userId]);
  const [held] = await client.query<{ bytes: number }>(
    "SELECT COALESCE(sum(size), 0)::int8 AS bytes FROM attachments WHERE uploader = $1",
    [speaker.userId],
  );
  if ((held?.bytes ?? 0) + size > relayLimits.attachmentsPerUser)
    throw new RelayError("attachment.quota", "This user's files take all the space that the relay gives.");
  await client.query(
    "INSERT INTO attachments (id, conversation_id, uploader, size, chunks) VALUES ($1, $2, $3, $4, $5)",
    [file, conversation, speaker.userId, size, chunksIn(size)],
  );
}

function isOwn(row: Row, speaker: Speaker, { conversation }: AttachmentPlace): boolean {
  return equalBytes(row.uploader, speaker.userId) && equalBytes(row.conversation_id, conversation);
}

function chunksIn(sealedSize: number): number {
  return Math.ceil(sealedSize / fullChunk);
}

function sealedLengthOf({ size, chunks }: Row, position: number): number {
  if (position >= chunks) return -1;
  return position === chunks - 1 ? size - position * fullChunk : fullChunk;
}

/** First and last of each run of positions below `count` that is not in the rising list `present`. */
function gapsIn(present: readonly number[], count: number): [number, number][] {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const position of [...present, count]) {
    if (position > next) gaps.push([next, position - 1]);
    next = position + 1;
  }
  return gaps;
}

function conflict(): RelayError {
  return new RelayError("attachment.conflict", "The relay holds something else under this number.");
}

function unknownAttachment(): RelayError {
  return new RelayError("attachment.unknown", "The relay does not keep this file, or not any more.");
}
