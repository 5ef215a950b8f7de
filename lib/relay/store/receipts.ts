import type { RelayReceipt } from "../../protocol/relay-events.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { Outcome } from "../../shared/database/commit-queue.ts";
import type { SqlClient } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import { RelayError } from "../relay-error.ts";
import type { Audience } from "./audience.ts";
import { readCircles, readOpenSessions, refuseSpeaker } from "./circles.ts";
import { receiptKindName } from "./entry-kinds.ts";
import { listed } from "./listed.ts";
import type { Speaker } from "./speaker.ts";

/** A receipt as its device gave it, to be kept if the device may. */
export interface PendingReceipt {
  /** Hex. */
  readonly conversation: string;
  readonly conversationId: Bytes;
  /** 1 delivered, 2 read. */
  readonly kind: number;
  /** As the device wrote it, milliseconds UTC. */
  readonly at: number;
  readonly bytes: Uint8Array;
  /** The device that sends it is the one that signed it. */
  readonly speaker: Speaker;
}

/** `fresh`: it is the latest of its device and kind now, and was not before. */
export interface KeptReceipt {
  readonly fresh: boolean;
  readonly audience: Audience;
}

/**
 * Keeps the latest receipt of each device and kind, for many receipts with the same few statements: whoever is not a
 * member with a session and a certificate of the device gets an error instead.
 */
export async function putReceipts(
  client: SqlClient,
  pending: readonly PendingReceipt[],
): Promise<Outcome<KeptReceipt>[]> {
  const circles = await readCircles(client, pending);
  const sessions = await readOpenSessions(client, pending);
  const owned = await readOwned(client, pending);
  const refusals = pending.map(({ conversation, speaker }) => {
    const refused = refuseSpeaker(speaker, circles.get(conversation), sessions);
    return refused ?? (owned.has(speaker.user + speaker.device) ? undefined : notOwn());
  });
  const latest = new Map<string, PendingReceipt>();
  for (const [i, receipt] of pending.entries()) {
    if (refusals[i] !== undefined) continue;
    const place = placeOf(receipt);
    // One statement changes a row once.
    if ((latest.get(place)?.at ?? -1) <= receipt.at) latest.set(place, receipt);
  }
  const changed = await upsert(client, [...latest.values()]);
  return pending.map((receipt, i): Outcome<KeptReceipt> => {
    const refused = refusals[i];
    const audience = circles.get(receipt.conversation);
    if (refused !== undefined || audience === undefined) return { error: refused ?? notOwn() };
    const place = placeOf(receipt);
    return { value: { fresh: latest.get(place) === receipt && changed.has(place), audience } };
  });
}

function placeOf({ conversation, speaker, kind }: PendingReceipt): string {
  return `${conversation}${speaker.device}${kind}`;
}

export function notOwn(): RelayError {
  return new RelayError("receipt.invalid", "A device signs receipts of its own for this conversation only.");
}

/** Devices with a certificate that their user published, as user and device in hex. */
async function readOwned(client: SqlClient, pending: readonly PendingReceipt[]): Promise<Set<string>> {
  const devices = new Map(pending.map(({ speaker }) => [speaker.device, speaker.deviceId]));
  const rows = await client.query<{ user_id: Uint8Array; device: Uint8Array }>(
    "SELECT DISTINCT user_id, device FROM certificates WHERE device = ANY($1::bytea[])",
    [[...devices.values()]],
  );
  return new Set(rows.map((row) => toHex(row.user_id) + toHex(row.device)));
}

async function upsert(client: SqlClient, receipts: readonly PendingReceipt[]): Promise<Set<string>> {
  if (receipts.length === 0) return new Set();
  // In one order always, so that two processes cannot wait for each other.
  const rows = [...receipts].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  const changed = await client.query<{ conversation_id: Uint8Array; device: Uint8Array; kind: number }>(
    `INSERT INTO receipts (conversation_id, device, kind, user_id, at, bytes)
     SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::int2[], $4::bytea[], $5::int8[], $6::bytea[])
     ON CONFLICT (conversation_id, device, kind) DO UPDATE
       SET at = EXCLUDED.at, bytes = EXCLUDED.bytes, user_id = EXCLUDED.user_id
       WHERE receipts.at < EXCLUDED.at OR (receipts.at = EXCLUDED.at AND receipts.bytes <> EXCLUDED.bytes)
     RETURNING conversation_id, device, kind`,
    [
      rows.map(({ conversationId }) => conversationId),
      rows.map(({ speaker }) => speaker.deviceId),
      rows.map(({ kind }) => kind),
      rows.map(({ speaker }) => speaker.userId),
      rows.map(({ at }) => at),
      rows.map(({ bytes }) => bytes),
    ],
  );
  return new Set(changed.map((row) => `${toHex(row.conversation_id)}${toHex(row.device)}${row.kind}`));
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
