import { type Codec, decodeWith, encodeWith } from "../../protocol/cbor.ts";
import {
  arrayOf,
  bool,
  bytesOf,
  bytesOrEmpty,
  hashBytes,
  idBytes,
  oneOf,
  optional,
  structOf,
  textOf,
  uintOf,
} from "../../protocol/cbor-codecs.ts";
import { limits } from "../../protocol/limits.ts";
import type { Bytes } from "../../shared/bytes.ts";

/** What the store's rows hold, in the deterministic CBOR of the protocol. Identifiers are bytes, keys of rows hex. */

const anyText = textOf(limits.envelope);
const anyBytes = bytesOf(0, limits.siteList);

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

const identity = structOf<IdentityRow>({
  user: [1, idBytes],
  userName: [2, anyText],
  site: [3, anyText],
  device: [4, idBytes],
  ed25519Key: [5, bytesOf(32)],
  mlDsaKey: [6, anyBytes],
  ed25519Seed: [7, optional(bytesOf(32))],
  mlDsaSeed: [8, optional(bytesOf(32))],
});

const progress = structOf<ProgressRow>({
  cursor: [1, uintOf()],
  nextOrdinal: [2, uintOf()],
  ownSequence: [3, uintOf()],
  ownPrevious: [4, bytesOrEmpty(64)],
  frontier: [5, arrayOf(hashBytes, limits.frontier)],
  readOrdinal: [6, uintOf()],
  unread: [7, uintOf()],
  lastText: [8, anyText],
  lastAt: [9, uintOf()],
  dueDelivered: [10, bool],
  dueRead: [11, bool],
});

const sender = structOf<SenderRow>({
  hash: [1, hashBytes],
  parents: [2, arrayOf(hashBytes, limits.parents)],
  ordinal: [3, uintOf()],
});

const hash = structOf<HashRow>({
  conversation: [1, idBytes],
  ordinal: [2, uintOf()],
  sequence: [3, uintOf()],
  own: [4, bool],
});

const record = structOf<RecordRow>({ by: [1, hashBytes], record: [2, anyBytes] });

const parked = structOf<ParkedRow>({
  kind: [1, oneOf(["envelope", "epoch"])],
  seq: [2, uintOf()],
  ordinal: [3, uintOf()],
  bytes: [4, anyBytes],
});

const tip = structOf<TipRow>({
  sequence: [1, uintOf()],
  hash: [2, bytesOrEmpty(64)],
  alone: [
    3,
    arrayOf(
      structOf<TipRow["alone"][number]>({ sequence: [1, uintOf()], hash: [2, hashBytes] }),
      limits.frontier,
    ),
  ],
});

const message = structOf<MessageRow>({
  id: [1, idBytes],
  senderUser: [2, bytesOrEmpty(16)],
  senderDevice: [3, bytesOrEmpty(16)],
  mine: [4, bool],
  suite: [5, uintOf()],
  level: [6, uintOf()],
  at: [7, uintOf()],
  sequence: [8, uintOf()],
  text: [9, optional(anyText)],
  problemCode: [10, optional(anyText)],
  problemReason: [11, optional(anyText)],
  problemNextStep: [12, optional(anyText)],
  gapBefore: [13, bool],
  hash: [14, optional(hashBytes)],
  recordHash: [15, optional(hashBytes)],
  epochId: [16, optional(idBytes)],
  index: [17, optional(uintOf())],
  envelopeBytes: [18, uintOf()],
  paddedBytes: [19, uintOf()],
  deliveredAt: [20, optional(uintOf())],
  erasedAt: [21, optional(uintOf())],
  cancelled: [22, optional(bool)],
  seq: [23, optional(uintOf())],
});

const outbox = structOf<OutboxRow>({
  id: [1, idBytes],
  conversation: [2, idBytes],
  ordinal: [3, uintOf()],
  suite: [4, uintOf()],
  level: [5, uintOf()],
  at: [6, uintOf()],
  phase: [7, oneOf(["queued", "bound", "failed"])],
  attempts: [8, uintOf()],
  sequence: [9, uintOf()],
  bytes: [10, optional(anyBytes)],
  hash: [11, optional(hashBytes)],
  code: [12, optional(anyText)],
  reason: [13, optional(anyText)],
  nextStep: [14, optional(anyText)],
  final: [15, optional(bool)],
  retryAt: [16, optional(uintOf())],
  kind: [17, oneOf(["envelope", "epoch"])],
});

const numbers = arrayOf(uintOf(), 4096);
const receipt = structOf<ReceiptRow>({
  delivered: [1, uintOf()],
  deliveredAlone: [2, numbers],
  read: [3, uintOf()],
  readAlone: [4, numbers],
});

const contact = structOf<ContactRow>({ digits: [1, anyText] });

export interface RowCodec<T> {
  encode(row: T): Bytes;
  decode(bytes: Bytes): T;
}

function rowCodec<T>(codec: Codec<T>, name: string): RowCodec<T> {
  return {
    encode: (row) => encodeWith(codec, name, row, limits.siteList),
    decode: (bytes) => decodeWith(codec, name, bytes, limits.siteList),
  };
}

export const identityRow = rowCodec(identity, "identity row");
export const progressRow = rowCodec(progress, "progress row");
export const messageRow = rowCodec(message, "message row");
export const outboxRow = rowCodec(outbox, "outbox row");
export const receiptRow = rowCodec(receipt, "receipt row");
export const contactRow = rowCodec(contact, "contact row");
export const senderRow = rowCodec(sender, "sender row");
export const hashRow = rowCodec(hash, "hash row");
export const recordRow = rowCodec(record, "record row");
export const parkedRow = rowCodec(parked, "parked row");
export const tipRow = rowCodec(tip, "tip row");

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
