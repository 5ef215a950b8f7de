import { type Bytes, equalBytes } from "../shared/bytes.ts";
import type { SecretBytes } from "../shared/secret-bytes.ts";
import { type ChainStep, stepChain } from "./chain.ts";
import { type ParsedEnvelope, parseEnvelope, verifyEnvelope } from "./envelope.ts";
import type { Header } from "./header.ts";
import { checkLevel, type LevelPolicy } from "./level-policy.ts";
import { lengths } from "./limits.ts";
import {
  type Claims,
  checkNotRevoked,
  checkPlace,
  checkRecord,
  checkRoster,
  chooseCertificate,
  type OpeningContext,
  requireKey,
} from "./opening-checks.ts";
import { isPaddedLength, unpad } from "./padding.ts";
import { decodePayload, type Payload } from "./payload.ts";
import { checkPayload } from "./payload-rules.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ReceiverChange } from "./receiver.ts";
import type { ReceivingEpoch } from "./receiving-epoch.ts";
import type { Roster } from "./roster.ts";
import { checkLineage, type Lineage } from "./sequence-checks.ts";
import { decryptAes } from "./suite-aes.ts";
import { decryptOtp, otpKeyLength } from "./suite-otp.ts";
import { decryptOtpHybrid, innerOverhead, otpHybridKeyLength } from "./suite-otp-hybrid.ts";
import { checkSuite, epochSuiteOf, type Suite, satisfiesMinimum, suites, usesPad } from "./suites.ts";

export interface Opened extends Lineage {
  readonly header: Header;
  readonly envelopeHash: Bytes;
  readonly payload: Payload;
  /** True when the sender wrote under an older membership than the newest known. */
  readonly staleRoster: boolean;
  /** Commit with the message, all or nothing. */
  readonly change: ReceiverChange;
  /** Destroy once the change is committed. */
  readonly consumed: readonly SecretBytes[];
  /** Destroy instead when it cannot be committed. */
  readonly made: readonly SecretBytes[];
}

/**
 * A receiver's checks in the protocol's order; the first failure wins and nothing has changed. `received` is the bytes
 * as they came, or what `parseEnvelope` made of them.
 * @throws ProtocolError with a code of docs/PROTOCOL.md, "What a receiver checks"
 */
export async function openEnvelope(
  received: Bytes | ParsedEnvelope,
  context: OpeningContext,
): Promise<Opened> {
  const envelope = received instanceof Uint8Array ? parseEnvelope(received) : received;
  const header = envelope.fields;
  const suite = checkSuite(header.suite);
  checkSizes(envelope, suite);
  const claims: Claims = { ...header, suite };
  checkPlace(claims, context);
  const epoch = suite === suites.otp ? undefined : context.receiver.epoch(header.epochId);
  const inEpoch = usesPad(suite) ? undefined : epoch?.drawnAt;
  const drawnAt = inEpoch ?? context.handedKey(header.drawRecordHash)?.record.value.drawnAt;
  const certificate = chooseCertificate(claims, context, drawnAt);
  checkNotRevoked(certificate, context, drawnAt, header.sentAt);
  await verifyEnvelope(envelope, certificate.ed25519Key);
  const roster = checkRoster(claims, context);
  const lineage = checkLineage(envelope, context.receiver);
  checkSuiteAllowed(suite, header.level, roster, context.policy);
  const decrypted = await decrypt(envelope, claims, roster, epoch, context);
  const { parents, senderDevice: device, sequence } = header;
  return {
    ...lineage,
    ...decrypted,
    header,
    envelopeHash: envelope.hash,
    staleRoster: !equalBytes(header.rosterHead, context.roster.head),
    change: { ...decrypted.change, envelope: { hash: envelope.hash, parents, device, sequence } },
  };
}

/** An envelope that is taken into the sender's line without being read. */
export interface Noted extends Lineage {
  readonly header: Header;
  readonly envelopeHash: Bytes;
  readonly change: ReceiverChange;
}

/**
 * For a message sent again (`resends`) whose original this device has read, or whose key was not drawn for it: every
 * check that needs no key, and its place in the sender's line, so that no gap is shown where none is.
 * @throws ProtocolError envelope.not-resent, and those of `openEnvelope` up to sequence and parents
 */
export async function noteResent(received: Bytes | ParsedEnvelope, context: OpeningContext): Promise<Noted> {
  const envelope = received instanceof Uint8Array ? parseEnvelope(received) : received;
  const { fields: header, hash } = envelope;
  if (header.resends.length === 0)
    throw new ProtocolError("envelope.not-resent", "the message is not one that was sent again");
  const claims: Claims = { ...header, suite: checkSuite(header.suite) };
  checkSizes(envelope, claims.suite);
  checkPlace(claims, context);
  const certificate = chooseCertificate(claims, context, undefined);
  await verifyEnvelope(envelope, certificate.ed25519Key);
  checkRoster(claims, context);
  const lineage = checkLineage(envelope, context.receiver);
  const { parents, senderDevice: device, sequence } = header;
  return {
    ...lineage,
    header,
    envelopeHash: hash,
    change: { envelope: { hash, parents, device, sequence } },
  };
}

interface Decrypted {
  readonly payload: Payload;
  readonly change: ReceiverChange;
  readonly consumed: readonly SecretBytes[];
  readonly made: readonly SecretBytes[];
}

function decrypt(
  envelope: ParsedEnvelope,
  claims: Claims,
  roster: Roster,
  epoch: ReceivingEpoch | undefined,
  context: OpeningContext,
): Promise<Decrypted> {
  if (claims.suite === suites.otp) return openOtp(envelope, claims, roster, context);
  if (claims.suite === suites.otpHybrid) return openOtpHybrid(envelope, claims, roster, epoch, context);
  return openInEpoch(envelope, claims, epoch, context);
}

async function openOtp(
  envelope: ParsedEnvelope,
  claims: Claims,
  roster: Roster,
  context: OpeningContext,
): Promise<Decrypted> {
  const handed = await checkRecord(claims, context, roster, envelope.hash);
  if (handed.record.value.bytes !== otpKeyLength(envelope.ciphertext.length)) throw wrongLength();
  const key = requireKey(handed);
  const padded = decryptOtp(key, envelope.header, envelope.ciphertext, envelope.tag);
  const payload = readPadded(padded, claims.suite, envelope.fields.level, context);
  const used = { recordHash: handed.record.hash, by: envelope.hash };
  return { payload, change: { used }, consumed: [key], made: [] };
}

async function openInEpoch(
  envelope: ParsedEnvelope,
  claims: Claims,
  known: ReceivingEpoch | undefined,
  context: OpeningContext,
): Promise<Decrypted> {
  const epoch = requireEpoch(claims, known);
  const step = stepChain(epoch.chain, envelope.fields.index, context.now);
  try {
    const padded = await decryptAes(step.messageKey, envelope.header, envelope.ciphertext, envelope.tag);
    const payload = readPadded(padded, claims.suite, envelope.fields.level, context);
    const change = { epoch: { ...epoch, chain: step.chain } };
    return { payload, change, consumed: [step.messageKey, ...step.consumed], made: step.made };
  } catch (error) {
    discard(step);
    throw error;
  }
}

async function openOtpHybrid(
  envelope: ParsedEnvelope,
  claims: Claims,
  roster: Roster,
  known: ReceivingEpoch | undefined,
  context: OpeningContext,
): Promise<Decrypted> {
  const { header, ciphertext, tag, fields } = envelope;
  const epoch = requireEpoch(claims, known);
  const handed = await checkRecord(claims, context, roster, envelope.hash);
  if (handed.record.value.bytes !== otpHybridKeyLength(fields.paddedLength)) throw wrongLength();
  const key = requireKey(handed);
  const step = stepChain(epoch.chain, fields.index, context.now);
  try {
    const padded = await decryptOtpHybrid(step.messageKey, key, header, ciphertext, tag);
    const payload = readPadded(padded, claims.suite, fields.level, context);
    const used = { recordHash: handed.record.hash, by: envelope.hash };
    const change = { used, epoch: { ...epoch, chain: step.chain } };
    return { payload, change, consumed: [key, step.messageKey, ...step.consumed], made: step.made };
  } catch (error) {
    discard(step);
    throw error;
  }
}

function discard(step: ChainStep): void {
  for (const secret of step.made) secret.destroy();
}

/**
 * The epoch that the envelope names and belongs to. In OTP_HYBRID it is a HYBRID epoch with a draw of its own.
 * @throws ProtocolError epoch.unknown, epoch.mismatch
 */
function requireEpoch(claims: Claims, epoch: ReceivingEpoch | undefined): ReceivingEpoch {
  if (epoch === undefined)
    throw new ProtocolError("epoch.unknown", "the message belongs to an epoch that has not been opened", {
      nextStep: "Wait for the epoch's start and its key.",
    });
  const same =
    epochSuiteOf(claims.suite) === epoch.suite &&
    equalBytes(claims.conversation, epoch.conversation) &&
    equalBytes(claims.senderDevice, epoch.senderDevice) &&
    equalBytes(claims.rosterHead, epoch.rosterHead) &&
    usesPad(claims.suite) !== equalBytes(claims.drawRecordHash, epoch.recordHash);
  if (!same) throw new ProtocolError("epoch.mismatch", "the message does not belong to the epoch it names");
  return epoch;
}

function wrongLength(): ProtocolError {
  return new ProtocolError("record.length", "the key was drawn for a message of another length");
}

/** What a ciphertext is longer than its padded plaintext: the inner nonce, and under a pad the inner tag too. */
const overhead: Readonly<Record<Suite, number>> = {
  1: 0,
  2: lengths.nonce,
  3: lengths.nonce,
  4: innerOverhead,
};

/** Suite rules for epoch fields, and ciphertext as long as the padded length says. */
function checkSizes({ fields, ciphertext }: ParsedEnvelope, suite: Suite): void {
  const inEpoch = suite !== suites.otp;
  if (inEpoch !== fields.epochId.length > 0 || (!inEpoch && fields.index !== 0))
    throw new ProtocolError("header.epoch", "a header's epoch does not fit its suite");
  if (!isPaddedLength(fields.paddedLength))
    throw new ProtocolError("header.padded-length", "a header's padded length is none of the protocol's");
  if (ciphertext.length !== fields.paddedLength + overhead[suite])
    throw new ProtocolError("envelope.length", "a ciphertext does not have the length that its header says");
}

/** @throws ProtocolError level.unknown, level.suite-too-weak, suite.below-minimum */
function checkSuiteAllowed(suite: Suite, level: number, roster: Roster, policy?: LevelPolicy): void {
  checkLevel(suite, level, policy);
  if (!satisfiesMinimum(suite, roster.suiteMinimum))
    throw new ProtocolError("suite.below-minimum", "the suite is weaker than the conversation demands");
}

/** Unpads, decodes, checks, and zeroes the padded plaintext. */
function readPadded(padded: Bytes, suite: Suite, level: number, context: OpeningContext): Payload {
  const plain = unpadAndZero(padded);
  try {
    const payload = decodePayload(plain);
    checkPayload(payload, suite, level, context.policy);
    return payload;
  } finally {
    plain.fill(0);
  }
}

function unpadAndZero(padded: Bytes): Bytes {
  try {
    return unpad(padded);
  } finally {
    padded.fill(0);
  }
}
