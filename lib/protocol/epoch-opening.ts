import { type Bytes, equalBytes } from "../shared/bytes.ts";
import type { SecretBytes } from "../shared/secret-bytes.ts";
import { startChain } from "./chain.ts";
import { deriveEpoch, epochTranscript } from "./epoch.ts";
import { type EpochStart, parseEpochStart, verifyEpochStart } from "./epoch-start.ts";
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
import { ProtocolError } from "./protocol-error.ts";
import type { ReceiverChange } from "./receiver.ts";
import { checkSuite, satisfiesMinimum, suites } from "./suites.ts";

export interface OpenedEpoch {
  readonly start: EpochStart;
  readonly startHash: Bytes;
  readonly change: ReceiverChange;
  readonly consumed: readonly SecretBytes[];
  readonly made: readonly SecretBytes[];
}

/**
 * The receiver's checks for an epoch start, in the same order as for an envelope.
 * @throws ProtocolError suite.no-epoch, epoch.sealed, epoch.replayed, record.length, epoch.transcript,
 * epoch.commit, and those of `openEnvelope`
 */
export async function openEpochStart(bytes: Bytes, context: OpeningContext): Promise<OpenedEpoch> {
  const parsed = parseEpochStart(bytes);
  const start = parsed.value;
  const suite = checkSuite(start.suite);
  if (suite !== suites.aes) throw new ProtocolError("suite.no-epoch", "this suite has no epochs");
  if (start.sealed.length > 0) throw new ProtocolError("epoch.sealed", "this suite seals no secrets");
  const claims: Claims = { ...start, suite };
  checkPlace(claims, context);
  const drawnAt = context.handedKey(start.drawRecordHash)?.record.value.drawnAt;
  const certificate = chooseCertificate(claims, context, drawnAt);
  await verifyEpochStart(parsed, certificate);
  const roster = checkRoster(claims, context);
  if (context.receiver.epoch(start.epochId) !== undefined)
    throw new ProtocolError("epoch.replayed", "the epoch was opened before");
  if (!satisfiesMinimum(suite, roster.suiteMinimum))
    throw new ProtocolError("suite.below-minimum", "the suite is weaker than the conversation demands");
  const handed = await checkRecord(claims, context, roster, parsed.hash);
  if (handed.record.value.bytes !== lengths.key)
    throw new ProtocolError("record.length", "the key of an epoch must be 32 bytes");
  const key = requireKey(handed);
  const transcript = epochTranscript(handed.record, roster);
  if (!equalBytes(transcript, start.transcript))
    throw new ProtocolError("epoch.transcript", "sender and receiver do not see the same epoch");
  const { chainKey, commit } = deriveEpoch(key, transcript, start.conversation, start.senderDevice);
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
