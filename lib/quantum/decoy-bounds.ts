import type { DeviationBound, Triple } from "./link-parameters.ts";

/** What both ends know after sifting and after the test bits were compared, by intensity. */
export interface SiftedCounts {
  /** n_X,k: bits in the key basis. */
  readonly key: Triple;
  /** n_Z,k: bits in the test basis. */
  readonly test: Triple;
  /** m_Z,k: errors among the test bits. */
  readonly testErrors: Triple;
  /** m_X,k: errors in the key basis, known once it is reconciled; one-decoy bounds use them. */
  readonly keyErrors?: Triple;
}

export interface DecoyEstimationInput {
  readonly counts: SiftedCounts;
  readonly intensities: Triple;
  readonly intensityProbabilities: Triple;
  readonly epsilonSec: number;
  readonly deviation: DeviationBound;
  /** Intensities besides the signal: 2 (Lim 2014) unless it is 1 (Rusca 2018), which ignores the third intensity. */
  readonly decoyStates?: 1 | 2;
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
  /** How many error terms share ε_sec: 21 with two decoys (Lim 2014), 19 with one (Rusca 2018). */
  readonly errorTerms: 19 | 21;
}

export type Interval = readonly [low: number, high: number];

/** n ± δ for one intensity: what the mean of an observed count may be, each side failing with ε_sec/21 (or /19). */
export function meanInterval(
  count: number,
  total: number,
  epsilonSec: number,
  deviation: DeviationBound,
  errorTerms: 19 | 21 = 21,
): Interval {
  const log = Math.log(errorTerms / epsilonSec);
  if (deviation === "hoeffding") {
    const width = Math.sqrt((total / 2) * log);
    return [Math.max(0, count - width), count + width];
  }
  return [
    Math.max(0, count - log / 2 - Math.sqrt(2 * count * log + (log * log) / 4)),
    count + log + Math.sqrt(2 * count * log + log * log),
  ];
}

/** τ_n: probability that Alice's pulse has n photons. */
export function photonProbability(
  input: Pick<DecoyEstimationInput, "intensities" | "intensityProbabilities">,
  photons: 0 | 1,
): number {
  return input.intensities.reduce(
    (total, mean, k) => total + Math.exp(-mean) * mean ** photons * (input.intensityProbabilities[k] ?? 0),
    0,
  );
}

/** Lim 2014, Eq. 5: sampling without replacement from the test bits to the key bits. */
export function phaseErrorBound(
  errors: number,
  testBits: number,
  keyBits: number,
  epsilonSec: number,
  errorTerms: 19 | 21,
): number {
  if (testBits <= 0 || keyBits <= 0) return 0.5;
  // Eq. 5 says that no error at all leaves no doubt; one error is assumed instead.
  const rate = Math.max(errors, 1) / testBits;
  if (rate >= 0.5) return 0.5;
  return Math.min(0.5, rate + samplingDeviation(epsilonSec / errorTerms, rate, testBits, keyBits));
}

/** γ(a·terms, b, c, d) of Lim 2014, Eq. 5. */
function samplingDeviation(a: number, b: number, c: number, d: number): number {
  const variance = (1 - b) * b;
  const argument = (c + d) / (c * d * variance) / (a * a);
  return Math.sqrt((((c + d) * variance) / (c * d * Math.LN2)) * Math.log2(argument));
}
