import { qberAlarm } from "./alarm-threshold.ts";
import type { AliceEnd } from "./alice-end.ts";
import type { BlockOrder } from "./block-order.ts";
import type { BlockAbort, BlockEpsilon, BlockReport } from "./block-result.ts";
import type { BlockTerms } from "./block-terms.ts";
import type { BobEnd } from "./bob-end.ts";
import type { ClassicalChannel } from "./classical-channel.ts";
import type { DetectionLaw } from "./detection-law.ts";
import { binaryEntropy } from "./entropy.ts";
import { type LinkEvidence, warningOf } from "./evidence.ts";
import type { Triple } from "./link-parameters.ts";
import type { BlockChannel } from "./pass-channel.ts";
import { verificationEpsilon } from "./verification-hash.ts";

export interface ReportInput {
  readonly order: Pick<BlockOrder, "parameters" | "epsilonSec" | "authenticated">;
  readonly expected: DetectionLaw;
  readonly terms: BlockTerms;
  readonly quantum: BlockChannel;
  readonly channel: ClassicalChannel;
  readonly alice: AliceEnd | undefined;
  readonly bob: BobEnd | undefined;
  readonly aborted: BlockAbort | null;
  readonly evidence: LinkEvidence | undefined;
  readonly reconciliationMs: number | null;
  readonly seeded: boolean;
}

/** Collects the public facts of a block from what the two ends and the channels counted. */
export function composeReport(input: ReportInput): BlockReport {
  const { order, expected, quantum, channel, alice, bob, aborted } = input;
  const estimation = bob?.estimation;
  const siftedBits = alice?.siftedBits ?? 0;
  const qber = input.evidence?.qber.measured ?? 0;
  const leakedBits = alice?.leakedBits ?? 0;
  const spent = { alice: alice?.authenticator.spentBytes ?? 0, bob: bob?.authenticator.spentBytes ?? 0 };
  const epsilon = epsilonOf(order.epsilonSec, siftedBits, alice?.authenticator.epsilon ?? 0);
  return {
    pulses: quantum.pulses,
    detections: bob?.detections ?? 0,
    siftedBits,
    testBits: estimation?.testBits ?? 0,
    qber,
    phaseErrorBound: estimation?.bounds.phaseError ?? 0.5,
    leakedBits,
    reconciliationEfficiency: efficiency(leakedBits, siftedBits, qber),
    roundTrips: bob?.roundTrips ?? 0,
    reconciliationMs: input.reconciliationMs,
    secretBits: aborted === null ? (alice?.outputBits ?? 0) : 0,
    authenticationBits: 8 * spent.alice,
    epsilonExponent: Math.floor(-Math.log10(epsilon.total)),
    amplification: input.terms.amplification,
    reconciliation: input.terms.reconciliation,
    aborted,
    evidence: input.evidence ?? null,
    warning: input.evidence === undefined ? null : warningOf(input.evidence),
    authenticated: order.authenticated ?? true,
    simulatedSeconds: quantum.pulses / order.parameters.clockHz,
    expectedGains: gainsOf(expected),
    observedGains: observedGains(input),
    expectedQber: expected.qber,
    qberAlarm: input.evidence?.qber.high ?? qberAlarm(expected.qber, estimation?.testBits ?? 0),
    epsilon,
    authenticationBytesUsed: spent,
    messages: channel.messages.length,
    messageBytes: channel.bytes,
    seeded: input.seeded,
  };
}

/** The parts of a block's ε add up. */
function epsilonOf(secrecy: number, siftedBits: number, authentication: number): BlockEpsilon {
  const correctness = verificationEpsilon(siftedBits);
  return { secrecy, correctness, authentication, total: secrecy + correctness + authentication };
}

function efficiency(leakedBits: number, siftedBits: number, qber: number): number {
  const limit = siftedBits * binaryEntropy(qber);
  return limit > 0 ? leakedBits / limit : 0;
}

function gainsOf(law: DetectionLaw): Triple {
  return [law.intensities[0].click, law.intensities[1].click, law.intensities[2].click];
}

/** Announced clicks of each intensity over the live gates in which Alice sent it, on average. */
function observedGains({ order, quantum, alice }: ReportInput): Triple {
  const clicks = alice?.clicks ?? [0, 0, 0];
  const p = order.parameters.intensityProbabilities;
  const gates = Math.max(1, quantum.liveGates);
  const gain = (k: 0 | 1 | 2): number => (p[k] > 0 ? clicks[k] / (gates * p[k]) : 0);
  return [gain(0), gain(1), gain(2)];
}
