import type { ParsedRecord } from "../../protocol/draw-record.ts";
import { paddedLengthFor } from "../../protocol/padding.ts";
import {
  decodePayload,
  encodePayload,
  type Payload,
  payloadKinds,
  payloadText,
} from "../../protocol/payload.ts";
import type { Recipient } from "../../protocol/recipients.ts";
import type { Suite } from "../../protocol/suites.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import type { Conversation } from "../engine/conversation.ts";
import { type MessageRow, type OutboxRow, outboxRow } from "../engine/rows.ts";
import type { StoreWrite } from "../store/device-store.ts";
import { durableForm, type OutboxState, queued } from "./outbox-state.ts";

/** A drawn one-time key with its record: in memory between the gateway's answer and the binding, nowhere else. */
export interface DrawnKey {
  readonly record: ParsedRecord;
  readonly key: SecretBytes;
  /** Drawn before its message was written. */
  readonly prefetched?: boolean;
}

/** What a message says, encoded once. */
export interface OutgoingBody {
  readonly kind: number;
  readonly encoded: Bytes;
  /** For lists and search. */
  readonly text: string;
}

/** @throws ProtocolError cbor.* when the payload is none */
export function bodyOf(payload: Payload): OutgoingBody {
  return { kind: payload.kind, encoded: encodePayload(payload), text: payloadText(payload) };
}

export function paddedLengthOf({ encoded }: OutgoingBody): number {
  return paddedLengthFor(encoded.length);
}

/** The body of a stored message; texts are stored as such. */
export function storedBody({ payload, text = "" }: MessageRow): OutgoingBody {
  if (payload === undefined) return bodyOf({ kind: payloadKinds.text, body: text });
  return { kind: decodePayload(payload).kind, encoded: payload, text };
}

/** The start of an epoch, which says nothing. */
export const noBody: OutgoingBody = { kind: payloadKinds.unknown, encoded: new Uint8Array(0), text: "" };

/** An own envelope that goes again, to one device alone. */
interface Resends {
  readonly hash: Bytes;
  readonly recipient: Recipient;
}

/** What goes again: a row of this device's own, with the suite and the recipient of the repetition. */
export interface SentAgain {
  readonly ordinal: number;
  readonly row: MessageRow;
  readonly suite: Suite;
  readonly resends: Resends;
}

/** One outgoing entry in memory. */
export interface OutboxItem {
  readonly id: string;
  readonly kind: "envelope" | "epoch";
  readonly conversation: Conversation;
  /** Of what is sent again: the original's. */
  readonly ordinal: number;
  readonly resends?: Resends | undefined;
  suite: Suite;
  readonly level: number;
  readonly at: number;
  readonly body: OutgoingBody;
  state: OutboxState;
  /** The final ciphertext, once bound. */
  bytes: Bytes | undefined;
  /** Its file is not at the relay yet: it takes no key before. */
  held?: boolean;
  /** Its ciphertext is being made: too late to cancel. */
  binding: boolean;
  /** OTP and OTP_HYBRID: the pad, while it waits for its turn or for the epoch. */
  drawn: DrawnKey | undefined;
  /** Of a draw whose answer was lost: asked again, so that the gateway voids that key. */
  lostRequest: Bytes | undefined;
}

/** An envelope that was just written, or is to go again: it has no key yet. */
export function newItem(
  about: Pick<OutboxItem, "id" | "conversation" | "ordinal" | "resends" | "suite" | "level" | "at" | "body">,
): OutboxItem {
  return {
    ...about,
    kind: "envelope",
    state: queued,
    bytes: undefined,
    binding: false,
    drawn: undefined,
    lostRequest: undefined,
  };
}

export function itemWrite(item: OutboxItem): StoreWrite {
  const state = durableForm(item.state);
  const common = {
    id: fromHex(item.id),
    conversation: item.conversation.idBytes,
    ordinal: item.ordinal,
    suite: item.suite,
    level: item.level,
    at: item.at,
    kind: item.kind,
    ...(item.resends && {
      resends: item.resends.hash,
      onlyDevice: item.resends.recipient.device,
      onlySite: item.resends.recipient.site,
    }),
  };
  let row: OutboxRow;
  if (state.phase === "queued") row = { ...common, phase: "queued", attempts: state.attempts, sequence: 0 };
  else if (state.phase === "failed") {
    const { code, reason, nextStep, final } = state;
    row = { ...common, phase: "failed", attempts: 0, sequence: 0, code, reason, nextStep, final };
  } else if (state.phase === "bound" && item.bytes) {
    const { sequence, hash } = state;
    row = { ...common, phase: "bound", attempts: 0, sequence, bytes: item.bytes, hash: fromHex(hash) };
  } else return { table: "outbox", key: item.id, value: null };
  return { table: "outbox", key: item.id, value: outboxRow.encode(row) };
}

export function readItem(row: OutboxRow, conversation: Conversation, body: OutgoingBody): OutboxItem {
  return {
    id: toHex(row.id),
    kind: row.kind,
    conversation,
    ordinal: row.ordinal,
    resends: readResends(row),
    suite: row.suite as Suite,
    level: row.level,
    at: row.at,
    body,
    state: readState(row),
    bytes: row.bytes,
    binding: false,
    drawn: undefined,
    lostRequest: undefined,
  };
}

function readResends({ resends: hash, onlyDevice, onlySite }: OutboxRow): Resends | undefined {
  if (!hash || !onlyDevice || onlySite === undefined) return undefined;
  return { hash, recipient: { device: onlyDevice, site: onlySite } };
}

function readState(row: OutboxRow): OutboxState {
  if (row.phase === "bound")
    return { phase: "bound", sequence: row.sequence, hash: toHex(row.hash ?? new Uint8Array(0)) };
  if (row.phase === "queued") return { phase: "queued", attempts: row.attempts, waiting: null };
  return {
    phase: "failed",
    code: row.code ?? "outbox.failed",
    reason: row.reason ?? "",
    nextStep: row.nextStep ?? "",
    final: row.final ?? true,
  };
}
