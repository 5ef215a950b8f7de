import { type Bytes, equalBytes } from "../shared/bytes.ts";
import type { SecretBytes } from "../shared/secret-bytes.ts";
import { startChain } from "./chain.ts";
import type { ParsedRecord } from "./draw-record.ts";
import { deriveEpoch, epochTranscript } from "./epoch.ts";
import { type EpochStart, type ParsedEpochStart, parseEpochStart, verifyEpochStart } from "./epoch-start.ts";
import { openHybridSecret } from "./hybrid-secret.ts";
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
import { ProtocolError } from "./protocol-error.ts";
import type { ReceiverChange } from "./receiver.ts";
import { checkSuite, epochSuiteOf, satisfiesMinimum, suites } from "./suites.ts";

export interface OpenedEpoch {
  readonly start: EpochStart;
  readonly startHash: Bytes;
  readonly change: ReceiverChange;
  readonly consumed: readonly SecretBytes[];
  readonly made: readonly SecretBytes[];
}

/**
 * The receiver's checks for an epoch start, in the same order as for an envelope. `received` as there.
 * @throws ProtocolError suite.no-epoch, epoch.sealed, epoch.replayed, record.length, epoch.transcript,
 * epoch.sealed-open, epoch.commit, and those of `openEnvelope`
 */
export async function openEpochStart(
  received: Bytes | ParsedEpochStart,
  context: OpeningContext,
): Promise<OpenedEpoch> {
  const parsed = received instanceof Uint8Array ? parseEpochStart(received) : received;
  const start = parsed.value;
  const suite = checkSuite(start.suite);
  if (suite !== epochSuiteOf(suite)) throw new ProtocolError("suite.no-epoch", "this suite has no epochs");
  const claims: Claims = { ...start, suite };
  checkPlace(claims, context);
  const drawnAt = context.handedKey(start.drawRecordHash)?.record.value.drawnAt;
  const certificate = chooseCertificate(claims, context, drawnAt);
  checkNotRevoked(certificate, context, drawnAt, start.startedAt);
  await verifyEpochStart(parsed, certificate);
  const roster = checkRoster(claims, context);
  if (context.receiver.epoch(start.epochId) !== undefined)
    throw new ProtocolError("epoch.replayed", "the epoch was opened before");
  // A HYBRID epoch may serve OTP_HYBRID, which replaces every suite; its envelopes are checked one by one.
  if (suite === suites.aes && !satisfiesMinimum(suite, roster.suiteMinimum))
    throw new ProtocolError("suite.below-minimum", "the suite is weaker than the conversation demands");
  const handed = await checkRecord(claims, context, roster, parsed.hash);
  if (handed.record.value.bytes !== lengths.key)
    throw new ProtocolError("record.length", "the key of an epoch must be 32 bytes");
  const key = requireKey(handed);
  const transcript = epochTranscript(handed.record, roster, start.sealed);
  if (!equalBytes(transcript, start.transcript))
    throw new ProtocolError("epoch.transcript", "sender and receiver do not see the same epoch");
  const secret = await openOwnSecret(start, handed.record, context);
  const { conversation, senderDevice } = start;
  const { chainKey, commit } = deriveEpoch(key, transcript, conversation, senderDevice, secret);
  secret?.destroy();
  if (!equalBytes(commit, start.commit)) {
    chainKey.destroy();
    throw new ProtocolError("epoch.commit", "sender and receiver do not have the same key", {
      nextStep: "Ask the sender to send it again.",
    });
  }
  const epoch = {
    epochId: start.epochId,
    suite,
    conversation: start.conversation,
    senderDevice: start.senderDevice,
    rosterHead: start.rosterHead,
    recordHash: handed.record.hash,
    drawnAt: handed.record.value.drawnAt,
    chain: startChain(chainKey),
  };
  const used = { recordHash: handed.record.hash, by: parsed.hash };
  return { start, startHash: parsed.hash, change: { epoch, used }, consumed: [key], made: [chainKey] };
}

/** HYBRID's secret as sealed to this device; undefined in AES. @throws ProtocolError epoch.sealed-open */
async function openOwnSecret(
  start: EpochStart,
  record: ParsedRecord,
  context: OpeningContext,
): Promise<SecretBytes | undefined> {
  const own = start.sealed.find(({ device }) => equalBytes(device, context.self));
  if (own === undefined) return undefined;
  const binding = { epochId: start.epochId, recordHash: record.hash, record: record.value };
  return await openHybridSecret(own, binding, context.sealingSeeds?.() ?? []);
}
