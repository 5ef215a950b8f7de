import { type Bytes, equalBytes } from "../shared/bytes.ts";
import type { SecretBytes } from "../shared/secret-bytes.ts";
import { type ChainStep, stepChain } from "./chain.ts";
import { type ParsedEnvelope, parseEnvelope, verifyEnvelope } from "./envelope.ts";
import type { Header } from "./header.ts";
import { lengths } from "./limits.ts";
import {
  type Claims,
  checkPlace,
  checkRecord,
  checkRoster,
  chooseCertificate,
  type OpeningContext,
  requireKey,
} from "./opening-checks.ts";
import { isPaddedLength, unpad } from "./padding.ts";
import { decodePayload, type Payload } from "./payload.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ReceiverChange } from "./receiver.ts";
import type { ReceivingEpoch } from "./receiving-epoch.ts";
import type { Roster } from "./roster.ts";
import { checkLineage, type Lineage } from "./sequence-checks.ts";
import { decryptAes } from "./suite-aes.ts";
import { decryptOtp, otpKeyLength } from "./suite-otp.ts";
import { checkLevel, checkSuite, type Suite, satisfiesMinimum, suites } from "./suites.ts";

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
 * A receiver's checks in the protocol's order; the first failure wins and nothing has changed.
 * @throws ProtocolError with a code of docs/PROTOCOL.md, "What a receiver checks"
 */
export async function openEnvelope(bytes: Bytes, context: OpeningContext): Promise<Opened> {
  const envelope = parseEnvelope(bytes);
  const header = envelope.fields;
  const suite = checkSuite(header.suite);
  checkSizes(envelope, suite);
  const claims: Claims = { ...header, suite };
  checkPlace(claims, context);
  const epoch = suite === suites.aes ? context.receiver.epoch(header.epochId) : undefined;
  const drawnAt = epoch?.drawnAt ?? context.handedKey(header.drawRecordHash)?.record.value.drawnAt;
  const certificate = chooseCertificate(claims, context, drawnAt);
  await verifyEnvelope(envelope, certificate.ed25519Key);
  const roster = checkRoster(claims, context);
  const lineage = checkLineage(envelope, context.receiver);
  checkSuiteAllowed(suite, header.level, roster);
  const decrypted =
    suite === suites.aes
      ? await openAes(envelope, claims, epoch, context)
      : await openOtp(envelope, claims, roster, context);
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

interface Decrypted {
  readonly payload: Payload;
  readonly change: ReceiverChange;
  readonly consumed: readonly SecretBytes[];
  readonly made: readonly SecretBytes[];
}

async function openOtp(
  envelope: ParsedEnvelope,
  claims: Claims,
  roster: Roster,
  context: OpeningContext,
): Promise<Decrypted> {
  const handed = await checkRecord(claims, context, roster, envelope.hash);
  if (handed.record.value.bytes !== otpKeyLength(envelope.ciphertext.length))
    throw new ProtocolError("record.length", "the key was drawn for a message of another length");
  const key = requireKey(handed);
  const payload = readPadded(decryptOtp(key, envelope.header, envelope.ciphertext, envelope.tag));
  const used = { recordHash: handed.record.hash, by: envelope.hash };
  return { payload, change: { used }, consumed: [key], made: [] };
}

async function openAes(
  envelope: ParsedEnvelope,
  claims: Claims,
  epoch: ReceivingEpoch | undefined,
  context: OpeningContext,
): Promise<Decrypted> {
  if (epoch === undefined)
    throw new ProtocolError("epoch.unknown", "the message belongs to an epoch that has not been opened", {
      nextStep: "Wait for the epoch's start and its key.",
    });
  checkEpoch(claims, epoch);
  const step = stepChain(epoch.chain, envelope.fields.index, context.now);
  try {
    const padded = await decryptAes(step.messageKey, envelope.header, envelope.ciphertext, envelope.tag);
    const payload = readPadded(padded);
    const change = { epoch: { ...epoch, chain: step.chain } };
    return { payload, change, consumed: [step.messageKey, ...step.consumed], made: step.made };
  } catch (error) {
    discard(step);
    throw error;
  }
}

function discard(step: ChainStep): void {
  for (const secret of step.made) secret.destroy();
}

/** @throws ProtocolError epoch.mismatch */
function checkEpoch(claims: Claims, epoch: ReceivingEpoch): void {
  const same =
    claims.suite === epoch.suite &&
    equalBytes(claims.conversation, epoch.conversation) &&
    equalBytes(claims.senderDevice, epoch.senderDevice) &&
    equalBytes(claims.rosterHead, epoch.rosterHead) &&
    equalBytes(claims.drawRecordHash, epoch.recordHash);
  if (!same) throw new ProtocolError("epoch.mismatch", "the message does not belong to the epoch it names");
}

/** Suite rules for epoch fields, and ciphertext as long as the padded length says. */
function checkSizes({ fields, ciphertext }: ParsedEnvelope, suite: Suite): void {
  const inEpoch = suite === suites.aes;
  if (inEpoch !== fields.epochId.length > 0 || (!inEpoch && fields.index !== 0))
    throw new ProtocolError("header.epoch", "a header's epoch does not fit its suite");
  if (!isPaddedLength(fields.paddedLength))
    throw new ProtocolError("header.padded-length", "a header's padded length is none of the protocol's");
  if (ciphertext.length !== fields.paddedLength + (inEpoch ? lengths.nonce : 0))
    throw new ProtocolError("envelope.length", "a ciphertext does not have the length that its header says");
}

/** @throws ProtocolError level.suite-too-weak, suite.below-minimum */
function checkSuiteAllowed(suite: Suite, level: number, roster: Roster): void {
  checkLevel(suite, level);
  if (!satisfiesMinimum(suite, roster.suiteMinimum))
    throw new ProtocolError("suite.below-minimum", "the suite is weaker than the conversation demands");
}

/** Unpads, decodes, and zeroes the padded plaintext. */
function readPadded(padded: Bytes): Payload {
  const plain = unpadAndZero(padded);
  try {
    return decodePayload(plain);
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
