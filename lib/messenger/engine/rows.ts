import type { Bytes } from "../../shared/bytes.ts";
import { bytes, flag, listOf, oneOf, rowCodec, structKind, text, uint } from "../store/row-codec.ts";

/** What the store's rows hold. Identifiers are bytes, keys of rows hex. */

/** "device/identity": who this device is. Seeds are absent where the platform keeps the key itself. */
export interface IdentityRow {
  readonly user: Bytes;
  readonly userName: string;
  readonly site: string;
  readonly device: Bytes;
  readonly ed25519Key: Bytes;
  readonly mlDsaKey: Bytes;
  readonly ed25519Seed?: Bytes;
  readonly mlDsaSeed?: Bytes;
}

/** "progress/<conversation>": rewritten with every message, so kept small. */
export interface ProgressRow {
  /** Every entry of the relay up to this one is settled. */
  readonly cursor: number;
  readonly nextOrdinal: number;
  /** Sequence number of this device's last envelope. */
  readonly ownSequence: number;
  /** Hash of this device's last envelope, empty before the first. */
  readonly ownPrevious: Bytes;
  /** Known envelopes that no known envelope names as parent. */
  readonly frontier: readonly Bytes[];
  /** Messages up to this ordinal were read here. */
  readonly readOrdinal: number;
  readonly unread: number;
  readonly lastText: string;
  readonly lastAt: number;
  /** A receipt has to be sent and was not acknowledged yet. */
  readonly dueDelivered: boolean;
  readonly dueRead: boolean;
  /** What the last message is, and its place; its text is `lastText`. */
  readonly lastKind?: string;
  readonly lastOrdinal?: number;
}

/** "senders/<conversation>/<device>/<sequence>": a verified envelope's place. */
export interface SenderRow {
  readonly hash: Bytes;
  readonly parents: readonly Bytes[];
  readonly ordinal: number;
}

/** "hashes/<envelope hash>". */
export interface HashRow {
  readonly conversation: Bytes;
  readonly ordinal: number;
  readonly sequence: number;
  /** Sent by this device. */
  readonly own: boolean;
}

/** "records/<record hash>": a used draw record, and what used it. */
export interface RecordRow {
  readonly by: Bytes;
  readonly record: Bytes;
}

/** "parked/<conversation>/<ordinal>": an envelope or epoch start whose key has not come yet. */
export interface ParkedRow {
  readonly kind: "envelope" | "epoch";
  readonly seq: number;
  readonly ordinal: number;
  readonly bytes: Bytes;
}

/** "tips/<conversation>/<device>": how far this device has a sender's messages, for receipts. */
export interface TipRow {
  /** Everything up to here was opened. */
  readonly sequence: number;
  readonly hash: Bytes;
  /** Opened although something before is missing. */
  readonly alone: readonly { readonly sequence: number; readonly hash: Bytes }[];
}

/** "messages/<conversation>/<ordinal>". */
export interface MessageRow {
  readonly id: Bytes;
  readonly senderUser: Bytes;
  readonly senderDevice: Bytes;
  readonly mine: boolean;
  readonly suite: number;
  readonly level: number;
  readonly at: number;
  /** Sender's sequence number; 0 before the message is bound. */
  readonly sequence: number;
  readonly text?: string;
  readonly problemCode?: string;
  readonly problemReason?: string;
  readonly problemNextStep?: string;
  readonly gapBefore: boolean;
  readonly hash?: Bytes;
  readonly recordHash?: Bytes;
  readonly epochId?: Bytes;
  readonly index?: number;
  readonly envelopeBytes: number;
  readonly paddedBytes: number;
  readonly deliveredAt?: number;
  readonly erasedAt?: number;
  readonly cancelled?: boolean;
  readonly seq?: number;
  /** The encoded payload, where it says more than `text`. */
  readonly payload?: Bytes;
  /** Its key was drawn before it was written. */
  readonly prefetched?: boolean;
  /** The membership that an own message was encrypted for. */
  readonly rosterHead?: Bytes;
  /** It cannot be opened, and its sender was asked for it this often; absent where asking does not help. */
  readonly asks?: number;
  /** Opened from an envelope that sent it again. */
  readonly resent?: boolean;
}

/** "outbox/<message>": from the moment of writing until the relay's acknowledgement. */
export interface OutboxRow {
  readonly id: Bytes;
  readonly conversation: Bytes;
  readonly ordinal: number;
  readonly suite: number;
  readonly level: number;
  readonly at: number;
  readonly phase: "queued" | "bound" | "failed";
  readonly attempts: number;
  readonly sequence: number;
  /** The final ciphertext and its hash, once bound. */
  readonly bytes?: Bytes;
  readonly hash?: Bytes;
  readonly code?: string;
  readonly reason?: string;
  readonly nextStep?: string;
  readonly final?: boolean;
  readonly retryAt?: number;
  /** "epoch": the start of an epoch, which has no text. */
  readonly kind: "envelope" | "epoch";
  /** The envelope that this one sends again, to one device alone and its site. The text is the original's row. */
  readonly resends?: Bytes;
  readonly onlyDevice?: Bytes;
  readonly onlySite?: string;
}

/** "unopened/<conversation>/<envelope hash>": a message that cannot be opened, and may be sent again. */
export interface UnopenedRow {
  readonly ordinal: number;
  readonly device: Bytes;
  readonly sequence: number;
  readonly parents: readonly Bytes[];
  /** As in a re-send request. */
  readonly reason: number;
  readonly asks: number;
}

/** "answered/<envelope hash>/<device>": requests that were answered, by their hashes. */
export interface AnsweredRow {
  readonly requests: readonly Bytes[];
}

/** "receipts/<conversation>/<device>": how far another device got with this device's messages. */
export interface ReceiptRow {
  readonly delivered: number;
  /** Delivered although something before them is missing. */
  readonly deliveredAlone: readonly number[];
  readonly read: number;
  readonly readAlone: readonly number[];
}

/** "contacts/<user>": verified with these devices. */
export interface ContactRow {
  readonly digits: string;
}

export const identityRow = rowCodec<IdentityRow>({
  user: bytes,
  userName: text,
  site: text,
  device: bytes,
  ed25519Key: bytes,
  mlDsaKey: bytes,
  ed25519Seed: bytes,
  mlDsaSeed: bytes,
});

export const progressRow = rowCodec<ProgressRow>({
  cursor: uint,
  nextOrdinal: uint,
  ownSequence: uint,
  ownPrevious: bytes,
  frontier: listOf(bytes),
  readOrdinal: uint,
  unread: uint,
  lastText: text,
  lastAt: uint,
  dueDelivered: flag,
  dueRead: flag,
  lastKind: text,
  lastOrdinal: uint,
});

export const messageRow = rowCodec<MessageRow>({
  id: bytes,
  senderUser: bytes,
  senderDevice: bytes,
  mine: flag,
  suite: uint,
  level: uint,
  at: uint,
  sequence: uint,
  text: text,
  problemCode: text,
  problemReason: text,
  problemNextStep: text,
  gapBefore: flag,
  hash: bytes,
  recordHash: bytes,
  epochId: bytes,
  index: uint,
  envelopeBytes: uint,
  paddedBytes: uint,
  deliveredAt: uint,
  erasedAt: uint,
  cancelled: flag,
  seq: uint,
  payload: bytes,
  prefetched: flag,
  rosterHead: bytes,
  asks: uint,
  resent: flag,
});

export const outboxRow = rowCodec<OutboxRow>({
  id: bytes,
  conversation: bytes,
  ordinal: uint,
  suite: uint,
  level: uint,
  at: uint,
  phase: oneOf(["queued", "bound", "failed"]),
  attempts: uint,
  sequence: uint,
  bytes: bytes,
  hash: bytes,
  code: text,
  reason: text,
  nextStep: text,
  final: flag,
  retryAt: uint,
  kind: oneOf(["envelope", "epoch"]),
  resends: bytes,
  onlyDevice: bytes,
  onlySite: text,
});

export const unopenedRow = rowCodec<UnopenedRow>({
  ordinal: uint,
  device: bytes,
  sequence: uint,
  parents: listOf(bytes),
  reason: uint,
  asks: uint,
});

export const answeredRow = rowCodec<AnsweredRow>({ requests: listOf(bytes) });

export const senderRow = rowCodec<SenderRow>({ hash: bytes, parents: listOf(bytes), ordinal: uint });
export const hashRow = rowCodec<HashRow>({ conversation: bytes, ordinal: uint, sequence: uint, own: flag });
export const recordRow = rowCodec<RecordRow>({ by: bytes, record: bytes });
export const contactRow = rowCodec<ContactRow>({ digits: text });

export const receiptRow = rowCodec<ReceiptRow>({
  delivered: uint,
  deliveredAlone: listOf(uint),
  read: uint,
  readAlone: listOf(uint),
});

export const parkedRow = rowCodec<ParkedRow>({
  kind: oneOf(["envelope", "epoch"]),
  seq: uint,
  ordinal: uint,
  bytes: bytes,
});

export const tipRow = rowCodec<TipRow>({
  sequence: uint,
  hash: bytes,
  alone: listOf(structKind<TipRow["alone"][number]>({ sequence: uint, hash: bytes })),
});

/** Ordinals as row keys, so that text order is number order. */
export function ordinalKey(conversation: string, ordinal: number): string {
  return `${conversation}/${ordinal.toString(16).padStart(10, "0")}`;
}

/** @throws RangeError when the key is no message's. */
export function parseOrdinalKey(key: string): { conversation: string; ordinal: number } {
  const ordinal = Number.parseInt(key.slice(33), 16);
  if (key[32] !== "/" || !Number.isSafeInteger(ordinal)) throw new RangeError("not the key of a message row");
  return { conversation: key.slice(0, 32), ordinal };
}
