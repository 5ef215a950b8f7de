import { envelopeHash, signEnvelope } from "../../protocol/envelope.ts";
import { encodeHeader } from "../../protocol/header.ts";
import { pad } from "../../protocol/padding.ts";
import { payloadKinds } from "../../protocol/payload.ts";
import type { Roster } from "../../protocol/roster.ts";
import { encryptAes } from "../../protocol/suite-aes.ts";
import { encryptOtp, otpKeyLength, type Sealed } from "../../protocol/suite-otp.ts";
import { encryptOtpHybrid, otpHybridKeyLength } from "../../protocol/suite-otp-hybrid.ts";
import { suites } from "../../protocol/suites.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { type MessageRow, messageRow, ordinalKey } from "../engine/rows.ts";
import { MessengerError } from "../messenger-error.ts";
import type { StoreWrite } from "../store/device-store.ts";
import { type DrawnKey, itemWrite, type OutboxItem, paddedLengthOf } from "./outbox-item.ts";
import { advance } from "./outbox-state.ts";
import type { EpochKey } from "./sending-epochs.ts";

/** A one-time key of its own (OTP), the next key of the open epoch (AES, HYBRID), or both (OTP_HYBRID). */
export interface MessageKey {
  readonly drawn: DrawnKey | undefined;
  readonly epoch: EpochKey | undefined;
}

export interface Bound {
  readonly hash: string;
  /** Commit all of them together, before anything is sent. */
  readonly writes: readonly StoreWrite[];
}

const none: Bytes = new Uint8Array(0);

/**
 * Gives a message its place and its ciphertext, and the conversation its new state; the key is destroyed. Only under
 * the device's bind lock, and only once per key: after an error the engine must stop.
 */
export async function bindMessage(
  parts: EngineParts,
  item: OutboxItem,
  roster: Roster,
  key: MessageKey,
): Promise<Bound> {
  const { conversation } = item;
  const { self, now } = parts;
  const parents = conversation.parents();
  const sequence = conversation.progress.ownSequence + 1;
  const recordHash = key.drawn?.record.hash ?? key.epoch?.recordHash;
  if (!recordHash) throw new MessengerError("outbox.impossible", "a message is bound without a key");
  const padded = pad(item.body.encoded, paddedLengthUnder(item, key));
  const header = encodeHeader({
    suite: item.suite,
    conversation: conversation.idBytes,
    messageId: fromHex(item.id),
    senderDevice: self.deviceBytes,
    sequence,
    parents,
    rosterHead: roster.head,
    level: item.level,
    drawRecordHash: recordHash,
    epochId: key.epoch?.epochId ?? none,
    index: key.epoch?.index ?? 0,
    sentAt: now(),
    paddedLength: padded.length,
    resends: item.resends?.hash ?? none,
  });
  const { ciphertext, tag } = await encrypt(key, header, padded);
  const bytes = await signEnvelope(header, ciphertext, tag, self.signer);
  const hash = envelopeHash(bytes);
  item.bytes = bytes;
  item.state = advance(item.state, { type: "bound", sequence, hash: toHex(hash) });
  conversation.progress = {
    ...conversation.progress,
    ownSequence: sequence,
    ownPrevious: hash,
    frontier: conversation.frontierAfter(hash, parents),
  };
  conversation.ownSequences.set(toHex(hash), sequence);
  const row: MessageRow = {
    ...writtenRow(parts, item),
    sequence,
    hash,
    recordHash,
    rosterHead: roster.head,
    paddedBytes: padded.length,
    ...(key.epoch ? { epochId: key.epoch.epochId, index: key.epoch.index } : {}),
    ...(key.drawn ? { erasedAt: now() } : {}),
    ...(key.drawn?.prefetched ? { prefetched: true } : {}),
    envelopeBytes: bytes.length,
  };
  const envelope = { hash, parents, device: self.deviceBytes, sequence };
  const change = key.drawn ? { envelope, used: { recordHash, by: hash } } : { envelope };
  const place = ordinalKey(conversation.id, item.ordinal);
  const writes: StoreWrite[] = [
    // What is sent again has its row, with the key that it took first.
    ...(item.resends ? [] : [{ table: "messages" as const, key: place, value: messageRow.encode(row) }]),
    ...conversation.facts.apply(change, item.ordinal, key.drawn?.record.bytes),
    itemWrite(item),
    conversation.progressWrite(),
  ];
  return { hash: toHex(hash), writes };
}

/** The row of an own message as it was written, before it has a place. */
export function writtenRow({ self }: EngineParts, item: OutboxItem): MessageRow {
  return {
    id: fromHex(item.id),
    senderUser: self.userBytes,
    senderDevice: self.deviceBytes,
    mine: true,
    suite: item.suite,
    level: item.level,
    at: item.at,
    sequence: 0,
    text: item.body.text,
    gapBefore: false,
    envelopeBytes: 0,
    paddedBytes: paddedLengthOf(item.body),
    ...(item.body.kind === payloadKinds.text ? {} : { payload: item.body.encoded }),
  };
}

/** A pad is used whole: what is shorter than it is padded up. */
function paddedLengthUnder(item: OutboxItem, { drawn }: MessageKey): number {
  if (!drawn) return paddedLengthOf(item.body);
  const overhead = item.suite === suites.otp ? otpKeyLength(0) : otpHybridKeyLength(0);
  return drawn.record.value.bytes - overhead;
}

async function encrypt({ drawn, epoch }: MessageKey, header: Bytes, padded: Bytes): Promise<Sealed> {
  try {
    if (drawn && epoch) return await encryptOtpHybrid(epoch.messageKey, drawn.key, header, padded);
    if (drawn) return encryptOtp(drawn.key, header, padded);
    if (epoch) return await encryptAes(epoch.messageKey, header, padded);
    throw new MessengerError("outbox.impossible", "a message is bound without a key");
  } finally {
    padded.fill(0);
  }
}
