import type { EvidenceAlarm, EvidenceWarning, LinkEvidence } from "./evidence.ts";
import type { Triple } from "./link-parameters.ts";
import type { ReconciliationMethod } from "./reconciliation.ts";

/** Why a block gave no key. The same words as the alarms of the operations face. */
export type BlockAbort =
  | EvidenceAlarm
  | "no-key-in-block"
  | "no-light"
  | "verification-failed"
  | "authentication-failed"
  | "authentication-key-low";

export type AmplificationKind = "toeplitz" | "modular";

/** ε of a block and its parts; each bounds the probability of one way to fail. */
export interface BlockEpsilon {
  /** That the key is not secret (Lim 2014: all 21 terms). */
  readonly secrecy: number;
  /** That the two keys differ although verification agreed: the hash's collision bound for this block. */
  readonly correctness: number;
  /** That a forged classical message passed: all tags of the block. */
  readonly authentication: number;
  readonly total: number;
}

/** Public facts of one block; no key. Bits unless said otherwise. */
export interface BlockReport {
  /** Pulses emitted, those in the detectors' dead time included. */
  readonly pulses: number;
  readonly detections: number;
  /** n_X: bits of agreeing key basis. */
  readonly siftedBits: number;
  /** Bits of agreeing test basis, disclosed. */
  readonly testBits: number;
  /** Error rate of the key basis once it is known, of the test basis before. */
  readonly qber: number;
  readonly phaseErrorBound: number;
  /** λ_EC: parities of Alice's bits that crossed the channel. */
  readonly leakedBits: number;
  /** f = λ_EC / (n·h(QBER)); 0 when nothing was reconciled. */
  readonly reconciliationEfficiency: number;
  readonly roundTrips: number;
  /** Time of both ends for reconciliation, of any other work meanwhile too; null without a clock. */
  readonly reconciliationMs: number | null;
  readonly secretBits: number;
  /** Authentication key spent at each end. */
  readonly authenticationBits: number;
  /** ε.total ≤ 10^-epsilonExponent. */
  readonly epsilonExponent: number;
  readonly amplification: AmplificationKind;
  readonly reconciliation: ReconciliationMethod;
  readonly aborted: BlockAbort | null;
  /** What both ends measured beside what they expect; null when the block ended before there was anything. */
  readonly evidence: LinkEvidence | null;
  /** Something to look at that does not spoil the key. */
  readonly warning: EvidenceWarning | null;
  /** False when nobody checked who sends the classical messages: such key must not protect anything. */
  readonly authenticated: boolean;
  /** Pulses over the clock rate: what a real device would have taken. */
  readonly simulatedSeconds: number;
  /** Clicks per live gate of each intensity for the undisturbed link. */
  readonly expectedGains: Triple;
  readonly observedGains: Triple;
  readonly expectedQber: number;
  /** Above this error rate the block is given up: see alarm-threshold.ts. */
  readonly qberAlarm: number;
  readonly epsilon: BlockEpsilon;
  readonly authenticationBytesUsed: { readonly alice: number; readonly bob: number };
  readonly messages: number;
  readonly messageBytes: number;
  /** True when the randomness came from a seed: such key must not protect anything. */
  readonly seeded: boolean;
}

/** What a block left at the two ends. The keys are equal, each in memory of its own, and belong to the caller. */
export interface BlockResult {
  readonly report: BlockReport;
  readonly aliceKey: Uint8Array<ArrayBuffer> | undefined;
  readonly bobKey: Uint8Array<ArrayBuffer> | undefined;
  readonly aborted: BlockAbort | null;
}
