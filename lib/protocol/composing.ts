import { type Bytes, equalBytes } from "../shared/bytes.ts";
import { SecretBytes } from "../shared/secret-bytes.ts";
import { type Chain, startChain, stepChain } from "./chain.ts";
import type { ParsedRecord } from "./draw-record.ts";
import { envelopeHash, signEnvelope } from "./envelope.ts";
import { deriveEpoch, epochTranscript } from "./epoch.ts";
import { signEpochStart } from "./epoch-start.ts";
import { encodeHeader, type Header } from "./header.ts";
import { type SealingKeyOf, sealHybridSecret } from "./hybrid-secret.ts";
import { checkLevel, type LevelPolicy } from "./level-policy.ts";
import { lengths } from "./limits.ts";
import { pad, paddedLengthFor } from "./padding.ts";
import { encodePayload, type Payload } from "./payload.ts";
import { checkPayload } from "./payload-rules.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { Roster } from "./roster.ts";
import type { DualSigner, Signer } from "./signing.ts";
import { encryptAes } from "./suite-aes.ts";
import { encryptOtp, otpKeyLength } from "./suite-otp.ts";
import { encryptOtpHybrid, otpHybridKeyLength } from "./suite-otp-hybrid.ts";
import { type Suite, suites, usesPad } from "./suites.ts";

/** What the sender chooses; the rest of the header follows from the draw. */
export interface Draft {
  readonly messageId: Bytes;
  readonly sequence: number;
  /** The sender's own previous envelope first. */
  readonly parents: readonly Bytes[];
  readonly level: number;
  readonly sentAt: number;
  /** Empty, or the hash of the envelope that this one sends again. */
  readonly resends: Bytes;
  readonly payload: Payload;
}

export interface Composed {
  readonly bytes: Bytes;
  readonly hash: Bytes;
  readonly header: Header;
}

/** Fixed nonce for test vectors; the network's policy when it is not the default. */
export interface ComposeOptions {
  readonly nonce?: Bytes;
  readonly policy?: LevelPolicy;
}

/**
 * Suite OTP: encrypts under the drawn key, used whole, and signs. The key is destroyed whatever happens: on an
 * error draw a new one.
 * @throws ProtocolError level.*, payload.*, record.suite, otp.key-length, cbor.*
 */
export async function composeOtp(
  draft: Draft,
  record: ParsedRecord,
  key: SecretBytes,
  signer: Signer,
  options: ComposeOptions = {},
): Promise<Composed> {
  try {
    const paddedLength = record.value.bytes - otpKeyLength(0);
    const place = { paddedLength, epochId: none, index: 0 };
    const header = makeHeader(draft, suites.otp, record, place, options);
    const headerBytes = encodeHeader(header);
    const padded = padPayload(draft.payload, paddedLength);
    const { ciphertext, tag } = encryptOtp(key, headerBytes, padded);
    padded.fill(0);
    return await finish(header, headerBytes, ciphertext, tag, signer);
  } finally {
    key.destroy();
  }
}

/** A sender's epoch: in memory only, each start of the engine begins a new one. */
export interface SendingEpoch {
  readonly epochId: Bytes;
  readonly record: ParsedRecord;
  readonly chain: Chain;
  readonly startedAt: number;
}

export interface StartedEpoch {
  /** The signed epoch start, to be sent before the epoch's first envelope. */
  readonly bytes: Bytes;
  readonly hash: Bytes;
  readonly epoch: SendingEpoch;
}

/** What HYBRID's epoch needs more than AES's. */
export interface HybridOptions {
  readonly sealingKeyOf: SealingKeyOf;
  /** Fixed in test vectors only. */
  readonly secret?: SecretBytes;
  readonly ekmOf?: (device: Bytes) => Bytes;
}

/**
 * Begins an epoch of AES, or with `hybrid` of HYBRID, under a drawn 32-byte key, which is destroyed whatever happens.
 * @throws ProtocolError record.suite, record.roster-head, epoch.key-length, record.ghost-recipient,
 * certificate.unknown
 */
export async function startSendingEpoch(
  epochId: Bytes,
  record: ParsedRecord,
  key: SecretBytes,
  roster: Roster,
  signer: DualSigner,
  startedAt: number,
  hybrid?: HybridOptions,
): Promise<StartedEpoch> {
  const secret = hybrid && (hybrid.secret ?? SecretBytes.random(lengths.key));
  try {
    const { conversation, drawingDevice: senderDevice, rosterHead, suite } = record.value;
    if (suite !== (hybrid === undefined ? suites.aes : suites.hybrid)) throw wrongSuite();
    if (!equalBytes(roster.head, rosterHead))
      throw new ProtocolError("record.roster-head", "the key was drawn for another membership");
    const binding = { epochId, recordHash: record.hash, record: record.value };
    const sealed =
      hybrid && secret ? await sealHybridSecret(secret, binding, hybrid.sealingKeyOf, hybrid.ekmOf) : [];
    const transcript = epochTranscript(record, roster, sealed);
    const { chainKey, commit } = deriveEpoch(key, transcript, conversation, senderDevice, secret);
    const facts = { suite, conversation, senderDevice, epochId, rosterHead, drawRecordHash: record.hash };
    const bytes = await signEpochStart({ ...facts, transcript, commit, startedAt, sealed }, signer);
    const epoch = { epochId, record, chain: startChain(chainKey), startedAt };
    return { bytes, hash: envelopeHash(bytes), epoch };
  } finally {
    key.destroy();
    secret?.destroy();
  }
}

export type ComposedInEpoch = Composed & { readonly epoch: SendingEpoch };

/**
 * Suites AES and HYBRID: encrypts under the epoch's next message key. The epoch that went in is spent: its chain key
 * is destroyed, go on with the one returned.
 * @throws ProtocolError level.*, payload.*, chain.index (begin a new epoch), cbor.*
 */
export async function composeInEpoch(
  draft: Draft,
  epoch: SendingEpoch,
  signer: Signer,
  options: ComposeOptions = {},
): Promise<ComposedInEpoch> {
  const { record, epochId, chain } = epoch;
  const padded = padPayload(draft.payload);
  const place = { paddedLength: padded.length, epochId, index: chain.next };
  const header = makeHeader(draft, record.value.suite, record, place, options);
  const headerBytes = encodeHeader(header);
  const step = stepChain(chain, chain.next, draft.sentAt);
  for (const secret of step.consumed) secret.destroy();
  const { ciphertext, tag } = await encryptAes(step.messageKey, headerBytes, padded, options.nonce);
  padded.fill(0);
  const composed = await finish(header, headerBytes, ciphertext, tag, signer);
  return { ...composed, epoch: { ...epoch, chain: step.chain } };
}

/**
 * Suite OTP_HYBRID: the next message key of a HYBRID epoch inside, a drawn pad outside. The drawn key is destroyed
 * whatever happens; the epoch that went in is spent.
 * @throws ProtocolError as `composeInEpoch` and `composeOtp`; record.roster-head
 */
export async function composeOtpHybrid(
  draft: Draft,
  epoch: SendingEpoch,
  record: ParsedRecord,
  key: SecretBytes,
  signer: Signer,
  options: ComposeOptions = {},
): Promise<ComposedInEpoch> {
  try {
    const { epochId, chain } = epoch;
    if (epoch.record.value.suite !== suites.hybrid) throw wrongSuite();
    if (!equalBytes(epoch.record.value.rosterHead, record.value.rosterHead))
      throw new ProtocolError("record.roster-head", "the key was drawn for another membership");
    const paddedLength = record.value.bytes - otpHybridKeyLength(0);
    const place = { paddedLength, epochId, index: chain.next };
    const header = makeHeader(draft, suites.otpHybrid, record, place, options);
    const headerBytes = encodeHeader(header);
    const padded = padPayload(draft.payload, paddedLength);
    const step = stepChain(chain, chain.next, draft.sentAt);
    for (const secret of step.consumed) secret.destroy();
    const sealed = await encryptOtpHybrid(step.messageKey, key, headerBytes, padded, options.nonce);
    padded.fill(0);
    const composed = await finish(header, headerBytes, sealed.ciphertext, sealed.tag, signer);
    return { ...composed, epoch: { ...epoch, chain: step.chain } };
  } finally {
    key.destroy();
  }
}

const none = new Uint8Array(0);

function makeHeader(
  draft: Draft,
  suite: Suite,
  record: ParsedRecord,
  place: Pick<Header, "paddedLength" | "epochId" | "index">,
  options: ComposeOptions,
): Header {
  checkLevel(suite, draft.level, options.policy);
  checkPayload(draft.payload, suite, draft.level, options.policy);
  if (record.value.suite !== suite) throw wrongSuite();
  const { payload: _, ...chosen } = draft;
  const { conversation, drawingDevice: senderDevice, rosterHead } = record.value;
  return { suite, conversation, senderDevice, rosterHead, drawRecordHash: record.hash, ...chosen, ...place };
}

function wrongSuite(): ProtocolError {
  return new ProtocolError("record.suite", "the key was drawn for another suite");
}

/** @throws ProtocolError payload.too-long when it does not fit the drawn key */
function padPayload(payload: Payload, paddedLength?: number): Bytes {
  const plain = encodePayload(payload);
  try {
    if (paddedLength !== undefined && plain.length >= paddedLength)
      throw new ProtocolError("payload.too-long", "the drawn key is too short for this message", {
        nextStep: "Send it again: a longer key will be drawn.",
      });
    return pad(plain, paddedLength);
  } finally {
    plain.fill(0);
  }
}

async function finish(
  header: Header,
  headerBytes: Bytes,
  ciphertext: Bytes,
  tag: Bytes,
  signer: Signer,
): Promise<Composed> {
  const bytes = await signEnvelope(headerBytes, ciphertext, tag, signer);
  return { bytes, hash: envelopeHash(bytes), header };
}

/** Bytes of key to draw for this payload: its pad in OTP and OTP_HYBRID, an epoch's 32 bytes in AES and HYBRID. */
export function keyBytesFor(payload: Payload, suite: Suite): number {
  if (!usesPad(suite)) return lengths.key;
  const plain = encodePayload(payload);
  const padded = paddedLengthFor(plain.length);
  plain.fill(0);
  return suite === suites.otp ? otpKeyLength(padded) : otpHybridKeyLength(padded);
}
