import { binaryEntropy } from "./entropy.ts";
import type { DeviationBound, Triple } from "./link-parameters.ts";

/** What both ends know after sifting and after the test bits were compared, by intensity. */
export interface SiftedCounts {
  /** n_X,k: bits in the key basis. */
  readonly key: Triple;
  /** n_Z,k: bits in the test basis. */
  readonly test: Triple;
  /** m_Z,k: errors among the test bits. */
  readonly testErrors: Triple;
}

export interface DecoyEstimationInput {
  readonly counts: SiftedCounts;
  readonly intensities: Triple;
  readonly intensityProbabilities: Triple;
  readonly epsilonSec: number;
  readonly deviation: DeviationBound;
}

/** Bounds that hold together except with probability ε_sec (Lim 2014). */
export interface DecoyEstimate {
  /** s_X0: at least so many key bits came from no photon. */
  readonly vacuumBits: number;
  /** s_X1: at least so many key bits came from one photon. */
  readonly singlePhotonBits: number;
  /** s_Z1: at least so many test bits came from one photon. */
  readonly singlePhotonTestBits: number;
  /** v_Z1: at most so many errors among them. */
  readonly singlePhotonTestErrors: number;
  /** φ_X: at most this error rate if the single-photon key bits had been measured in the test basis. */
  readonly phaseError: number;
}

type Interval = readonly [low: number, high: number];
type Intervals = readonly [signal: Interval, decoy: Interval, vacuum: Interval];

/**
 * Two-decoy finite-key bounds, Lim, Curty, Walenta, Xu, Zbinden, PRA 89 022307 (2014), Eqs. 2-5. The 21 error terms
 * share ε_sec equally. Lower counts are clipped at 0.
 */
export function estimateDecoy(input: DecoyEstimationInput): DecoyEstimate {
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
    ),
  };
}

/**
 * Bits that are secret once `leakedBits` of reconciliation and `verificationBits` of its check are taken off
 * (Lim 2014, Eq. 1; there verificationBits = log2(2/ε_cor)). Not rounded; 0 or less means that there is no key.
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
    6 * Math.log2(21 / epsilonSec) -
    verificationBits
  );
}

/** n ± δ for one intensity: what the mean of an observed count may be, each side failing with ε_sec/21. */
export function meanInterval(
  count: number,
  total: number,
  epsilonSec: number,
  deviation: DeviationBound,
): Interval {
  const log = Math.log(21 / epsilonSec);
  if (deviation === "hoeffding") {
    const width = Math.sqrt((total / 2) * log);
    return [Math.max(0, count - width), count + width];
  }
  return [
    Math.max(0, count - log / 2 - Math.sqrt(2 * count * log + (log * log) / 4)),
    count + log + Math.sqrt(2 * count * log + log * log),
  ];
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

/** τ_n: probability that Alice's pulse has n photons. */
function photonProbability(input: DecoyEstimationInput, photons: 0 | 1): number {
  return input.intensities.reduce(
    (total, mean, k) => total + Math.exp(-mean) * mean ** photons * (input.intensityProbabilities[k] ?? 0),
    0,
  );
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

/** Lim 2014, Eq. 5: sampling without replacement from the test bits to the key bits. */
function phaseErrorBound(errors: number, testBits: number, keyBits: number, epsilonSec: number): number {
  if (testBits <= 0 || keyBits <= 0) return 0.5;
  // Eq. 5 says that no error at all leaves no doubt; one error is assumed instead.
  const rate = Math.max(errors, 1) / testBits;
  if (rate >= 0.5) return 0.5;
  return Math.min(0.5, rate + samplingDeviation(epsilonSec, rate, testBits, keyBits));
}

/** γ(a, b, c, d) of Lim 2014, Eq. 5. */
function samplingDeviation(a: number, b: number, c: number, d: number): number {
  const variance = (1 - b) * b;
  const argument = ((c + d) / (c * d * variance)) * ((21 * 21) / (a * a));
  return Math.sqrt((((c + d) * variance) / (c * d * Math.LN2)) * Math.log2(argument));
}

function sum(counts: Triple): number {
  return counts[0] + counts[1] + counts[2];
}
