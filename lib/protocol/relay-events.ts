import { fromBase64 } from "../shared/base64.ts";
import type { Bytes } from "../shared/bytes.ts";

/**
 * What a device and the relay say to each other over Socket.IO (path /socket.io, namespace "/").
 * Identifiers and hashes are lower-case hex, so that a frame carries one binary part at most per structure;
 * structures (certificates, roster events, envelopes, receipts) are the bytes themselves.
 * Every client → server event but "hint" is answered by an acknowledgement; an answer that does not come (the
 * connection broke) means "unknown": ask again, every event is safe to repeat.
 */

/**
 * Bytes as they arrive: Buffer in Node, ArrayBuffer in browsers; base64 text in answers that hold lists, because
 * Socket.IO's decoder takes no more than ten binary parts in one packet. Always read with `relayBytes`.
 */
export type RelayBinary = Uint8Array | ArrayBuffer | string;

export type RelayErrorCode =
  | "relay.malformed"
  | "relay.too-large"
  | "relay.rate"
  | "relay.signed-out"
  | "relay.unavailable"
  | "conversation.unknown"
  | "roster.conflict"
  | "roster.invalid"
  | "entry.conflict"
  | "directory.unknown"
  | "directory.not-own"
  | "attachment.unknown"
  | "attachment.conflict"
  | "attachment.incomplete"
  | "attachment.quota"
  | "receipt.invalid";

export interface RelayRefusal {
  readonly ok: false;
  readonly code: RelayErrorCode;
  readonly message: string;
  /** With "roster.conflict": the hash (hex) of the last roster event that the relay holds, "" when none. */
  readonly head?: string;
  /** With "relay.rate" and "relay.unavailable": milliseconds to wait before asking again. */
  readonly retryAfterMs?: number;
}

export type RelayAnswer<T extends object = object> = ({ readonly ok: true } & T) | RelayRefusal;

export type RelayAck<T extends object = object> = (answer: RelayAnswer<T>) => void;

export type EntryKind = "roster" | "envelope" | "epoch" | "resend";
export type SentEntryKind = Exclude<EntryKind, "roster">;
export type ReceiptKind = "delivered" | "read";
export type HintKind = "typing";

/** "hidden": not shown, and shown nobody. */
export type PresenceState = "online" | "away" | "hidden";

export interface RelayPresence {
  readonly user: string;
  readonly state: Exclude<PresenceState, "hidden">;
}

export interface RelayPost {
  readonly user: string;
  readonly name: string;
  readonly site: string;
  /** ISO 3166 two letters, "" when unknown. */
  readonly country: string;
  readonly hasDevice: boolean;
}

export interface RelayMember {
  readonly user: string;
  readonly name: string;
  readonly site: string;
}

export interface RelayConversation {
  readonly conversation: string;
  /** Sequence number of the last entry; for a former member, of the event that removed them. */
  readonly head: number;
  /** Hash (hex) of the last roster event up to there. */
  readonly rosterHead: string;
  /** As of now; none for a former member. */
  readonly members: readonly RelayMember[];
}

export interface RelayEntry {
  /** From 1, without gaps within a conversation. */
  readonly seq: number;
  readonly kind: EntryKind;
  readonly bytes: RelayBinary;
}

export interface RelayReceipt {
  readonly device: string;
  readonly kind: ReceiptKind;
  readonly bytes: RelayBinary;
}

/** An entry whose bytes stand with those of others, `length` of them. */
export interface RelayEntryPlace {
  readonly seq: number;
  readonly kind: SentEntryKind;
  readonly length: number;
}

export interface SentEntryPlace {
  readonly conversation: string;
  readonly clientId: string;
  readonly kind: SentEntryKind;
  readonly length: number;
}

/** `io(origin, { auth })`: the session cookie is enough in a browser; elsewhere a token with audience "relay". */
export interface RelayHandshake {
  /** Hex of the 16-byte device identifier. */
  readonly device: string;
  readonly token?: string;
}

export interface ClientToRelayEvents {
  /** Publishes the signed-in user's own device certificate (whole Signed bytes). */
  "directory:publish": (request: { certificate: Uint8Array }, ack: RelayAck<{ hash: string }>) => void;
  /** A site's signed list of revoked devices (whole Signed bytes): their sockets end. */
  "directory:revocations": (request: { list: Uint8Array }, ack: RelayAck) => void;
  /**
   * The latest certificate of each device that may still be a recipient; with `at` (ms UTC) also those in force then,
   * since a message drawn before its sender renewed names the certificate of that time.
   */
  "directory:user": (
    request: { user: string; at?: number },
    ack: RelayAck<{ certificates: readonly RelayBinary[]; name: string; site: string }>,
  ) => void;
  "directory:certificate": (request: { hash: string }, ack: RelayAck<{ certificate: RelayBinary }>) => void;
  /** Users whose name, handle, site or country contains `query`; at most 500, sorted by country and name. */
  "directory:posts": (request: { query?: string }, ack: RelayAck<{ posts: readonly RelayPost[] }>) => void;
  "conversation:list": (
    request: Record<string, never>,
    ack: RelayAck<{ conversations: readonly RelayConversation[] }>,
  ) => void;
  /** `previous`: hash of the roster head this event follows, "" for the creating event. Repeating the head is ok. */
  "roster:append": (
    request: { conversation: string; previous: string; event: Uint8Array },
    ack: RelayAck<{ seq: number }>,
  ) => void;
  /** Answered after the commit. The same clientId with the same bytes gets the same seq again. */
  "entry:send": (
    request: { conversation: string; clientId: string; kind: SentEntryKind; bytes: Uint8Array },
    ack: RelayAck<{ seq: number }>,
  ) => void;
  /**
   * Up to 64 entries at once, their bytes joined in order: one answer to each, as "entry:send" would give. The connection
   * that brings entries this way does not hear of them again: the answers say their numbers.
   */
  "entries:send": (
    request: { entries: readonly SentEntryPlace[]; bytes: Uint8Array },
    ack: RelayAck<{ answers: readonly RelayAnswer<{ seq: number }>[] }>,
  ) => void;
  /**
   * Entries with seq > after, in order; `limit` 1..200. An answer may hold fewer when they are large. For a former
   * member the log ends with the event that removed them.
   */
  "entry:read": (
    request: { conversation: string; after: number; limit: number },
    ack: RelayAck<{ entries: readonly RelayEntry[]; head: number }>,
  ) => void;
  "receipt:put": (request: { conversation: string; receipt: Uint8Array }, ack: RelayAck) => void;
  "receipt:list": (
    request: { conversation: string },
    ack: RelayAck<{ receipts: readonly RelayReceipt[] }>,
  ) => void;
  /** What this device says of its person, for as long as it is connected; hidden until it says something. */
  "presence:set": (request: { state: PresenceState }, ack: RelayAck) => void;
  /** Other members that are there; none for who hides. The relay's word only. */
  "presence:list": (
    request: { conversation: string },
    ack: RelayAck<{ present: readonly RelayPresence[] }>,
  ) => void;
  /** Volatile, unauthenticated towards the other members, not answered. */
  hint: (request: { conversation: string; kind: HintKind }) => void;
}

export interface RelayToClientEvents {
  /** To every socket of every member, the sender's own included. */
  entry: (event: RelayEntry & { readonly conversation: string }) => void;
  /** The same for what came by "entries:send": entries of one conversation in order, their bytes joined. */
  entries: (event: { conversation: string; entries: readonly RelayEntryPlace[]; bytes: RelayBinary }) => void;
  receipt: (event: RelayReceipt & { readonly conversation: string }) => void;
  hint: (event: { conversation: string; user: string; kind: HintKind }) => void;
  /** You were added to this conversation. */
  conversation: (event: { conversation: string }) => void;
  /** The relay disconnects right after it. Do not reconnect before the user signed in again. */
  "session:end": (event: { reason: SessionEndReason }) => void;
}

export type SessionEndReason = "signed-out" | "disabled" | "roles-changed" | "expired";

/** Namespace "/wiretap": what somebody who records the relay sees. Presenters only, demonstration only. */
export interface WiretapEvents {
  frame: (frame: WiretapFrame) => void;
  "session:end": (event: { reason: SessionEndReason }) => void;
}

export interface WiretapFrame {
  /** Milliseconds UTC. */
  readonly at: number;
  readonly event: EntryKind | "receipt";
  readonly conversation: string;
  /** User id, hex. */
  readonly sender: string;
  readonly seq: number | null;
  /** As stored. */
  readonly bytes: RelayBinary;
  readonly size: number;
}

/**
 * The same bytes as a Uint8Array of their own, whatever the platform handed over.
 * @throws RangeError when a text is not base64.
 */
export function relayBytes(binary: RelayBinary): Bytes {
  if (typeof binary === "string") return fromBase64(binary);
  if (binary instanceof ArrayBuffer) return new Uint8Array(binary);
  const copy = new Uint8Array(binary.length);
  copy.set(binary);
  return copy;
}
