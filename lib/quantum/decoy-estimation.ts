import {
  type DecoyEstimate,
  type DecoyEstimationInput,
  type Interval,
  meanInterval,
  phaseErrorBound,
  photonProbability,
  type SiftedCounts,
} from "./decoy-bounds.ts";
import { binaryEntropy } from "./entropy.ts";
import type { Triple } from "./link-parameters.ts";
import { estimateOneDecoy } from "./one-decoy.ts";

export type { DecoyEstimate, SiftedCounts };

type Intervals = readonly [signal: Interval, decoy: Interval, vacuum: Interval];

/** The finite-key bounds of the link's protocol: two decoys, or one. */
export function estimateDecoy(input: DecoyEstimationInput): DecoyEstimate {
  return input.decoyStates === 1 ? estimateOneDecoy(input) : estimateTwoDecoys(input);
}

/**
 * Two-decoy finite-key bounds, Lim, Curty, Walenta, Xu, Zbinden, PRA 89 022307 (2014), Eqs. 2-5. The 21 error terms
 * share ε_sec equally. Lower counts are clipped at 0.
 */
function estimateTwoDecoys(input: DecoyEstimationInput): DecoyEstimate {
  const key = countIntervals(input, input.counts.key);
  const test = countIntervals(input, input.counts.test);
  const vacuumBits = vacuumBound(input, key);
  const keyTotal = sum(input.counts.key);
  const singlePhotonBits = Math.min(singlePhotonBound(input, key, vacuumBits), keyTotal - vacuumBits);
  const singlePhotonTestBits = singlePhotonBound(input, test, vacuumBound(input, test));
  const singlePhotonTestErrors = errorBound(input);
  return {
    vacuumBits,
    singlePhotonBits,
    singlePhotonTestBits,
    singlePhotonTestErrors,
    phaseError: phaseErrorBound(
      singlePhotonTestErrors,
      singlePhotonTestBits,
      singlePhotonBits,
      input.epsilonSec,
      21,
    ),
    errorTerms: 21,
  };
}

/**
 * Bits that are secret once `leakedBits` of reconciliation and `verificationBits` of its check are taken off
 * (Lim 2014, Eq. 1; Rusca 2018 with 19 for 21; there verificationBits = log2(2/ε_cor)). Not rounded; 0 or less means that there is no key.
 */
export function secretLength(
  estimate: DecoyEstimate,
  leakedBits: number,
  epsilonSec: number,
  verificationBits: number,
): number {
  return (
    estimate.vacuumBits +
    estimate.singlePhotonBits * (1 - binaryEntropy(estimate.phaseError)) -
    leakedBits -
    6 * Math.log2(estimate.errorTerms / epsilonSec) -
    verificationBits
  );
}

/** n±_k·e^{μk}/pk for each intensity (Lim 2014, below Eq. 2). */
function countIntervals(input: DecoyEstimationInput, counts: Triple): Intervals {
  const total = sum(counts);
  const interval = (count: number, mean: number, probability: number): Interval => {
    const [low, high] = meanInterval(count, total, input.epsilonSec, input.deviation);
    const scale = Math.exp(mean) / probability;
    return [low * scale, high * scale];
  };
  const { intensities: mu, intensityProbabilities: p } = input;
  return [
    interval(counts[0], mu[0], p[0]),
    interval(counts[1], mu[1], p[1]),
    interval(counts[2], mu[2], p[2]),
  ];
}

/** Lim 2014, Eq. 2. */
function vacuumBound(input: DecoyEstimationInput, counts: Intervals): number {
  const [, decoy, vacuum] = input.intensities;
  const bound = (decoy * counts[2][0] - vacuum * counts[1][1]) / (decoy - vacuum);
  return Math.max(0, photonProbability(input, 0) * bound);
}

/** Lim 2014, Eq. 3. */
function singlePhotonBound(input: DecoyEstimationInput, counts: Intervals, vacuumBits: number): number {
  const [signal, decoy, vacuum] = input.intensities;
  const squares = decoy * decoy - vacuum * vacuum;
  const multi = counts[0][1] - vacuumBits / photonProbability(input, 0);
  const numerator = counts[1][0] - counts[2][1] - (squares / (signal * signal)) * multi;
  const bound = (photonProbability(input, 1) * signal * numerator) / (signal * (decoy - vacuum) - squares);
  return Math.max(0, bound);
}

/** Lim 2014, Eq. 4. */
function errorBound(input: DecoyEstimationInput): number {
  const [, decoy, vacuum] = input.intensities;
  const errors = countIntervals(input, input.counts.testErrors);
  const bound = (photonProbability(input, 1) * (errors[1][1] - errors[2][0])) / (decoy - vacuum);
  return Math.max(0, bound);
}

function sum(counts: Triple): number {
  return counts[0] + counts[1] + counts[2];
}
