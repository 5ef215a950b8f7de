import { undisturbed } from "./condition.ts";
import { type DecoyEstimate, estimateDecoy, type SiftedCounts, secretLength } from "./decoy-estimation.ts";
import { detectionLaw } from "./detection-law.ts";
import { binaryEntropy } from "./entropy.ts";
import type { LinkParameters, Triple } from "./link-parameters.ts";

export interface ExpectedBlock {
  /** Emitted pulses needed, blind gates included. */
  readonly pulses: number;
  readonly counts: SiftedCounts;
  readonly estimate: DecoyEstimate;
  readonly qber: number;
  /** λ_EC = f·n·h(QBER). */
  readonly leakedBits: number;
  /** Not rounded; may be negative. */
  readonly secretBits: number;
}

export interface ExpectedBlockOptions {
  /** n_X: bits in the key basis. */
  readonly siftedBits: number;
  readonly epsilonSec: number;
  readonly epsilonCor: number;
  /** f of reconciliation. */
  readonly reconciliationEfficiency: number;
}

/** What an undisturbed link yields on average: the mean of every count, put through the finite-key bounds. */
export function expectedBlock(parameters: LinkParameters, options: ExpectedBlockOptions): ExpectedBlock {
  const law = detectionLaw(parameters, undisturbed);
  const keyBasis = parameters.keyBasisProbability;
  const gates = options.siftedBits / (keyBasis * keyBasis * law.meanGain);
  const testGates = gates * (1 - keyBasis) ** 2;
  const p = parameters.intensityProbabilities;
  const scaledBy = (factor: number, of: "click" | "error"): Triple => [
    factor * p[0] * law.intensities[0][of],
    factor * p[1] * law.intensities[1][of],
    factor * p[2] * law.intensities[2][of],
  ];
  const counts: SiftedCounts = {
    key: scaledBy(gates * keyBasis * keyBasis, "click"),
    test: scaledBy(testGates, "click"),
    testErrors: scaledBy(testGates, "error"),
  };
  const estimate = estimateDecoy({ ...parameters, counts, epsilonSec: options.epsilonSec });
  const leakedBits = options.reconciliationEfficiency * options.siftedBits * binaryEntropy(law.qber);
  return {
    pulses: gates / law.liveFraction,
    counts,
    estimate,
    qber: law.qber,
    leakedBits,
    secretBits: secretLength(estimate, leakedBits, options.epsilonSec, Math.log2(2 / options.epsilonCor)),
  };
}

/**
 * Secret bits per emitted pulse of an undisturbed link for blocks without end, with the true yields of the photon
 * numbers: what finite blocks approach and never reach.
 */
export function asymptoticSecretPerPulse(
  parameters: LinkParameters,
  reconciliationEfficiency: number,
): number {
  const law = detectionLaw(parameters, undisturbed);
  let vacua = 0;
  let singles = 0;
  let singleErrors = 0;
  for (const [k, { vacuum, single }] of law.intensities.entries()) {
    const probability = parameters.intensityProbabilities[k] ?? 0;
    vacua += probability * vacuum.click;
    singles += probability * single.click;
    singleErrors += probability * single.error;
  }
  const secret =
    vacua +
    singles * (1 - binaryEntropy(singleErrors / singles)) -
    reconciliationEfficiency * law.meanGain * binaryEntropy(law.qber);
  return Math.max(0, secret * parameters.keyBasisProbability ** 2 * law.liveFraction);
}
