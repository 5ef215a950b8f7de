import {
  type DecoyEstimate,
  type DecoyEstimationInput,
  type Interval,
  meanInterval,
  phaseErrorBound,
  photonProbability,
} from "./decoy-bounds.ts";

const errorTerms = 19;

/** n±_k·e^{μk}/pk of the two intensities, and of their errors. */
interface Basis {
  readonly total: number;
  readonly clicks: readonly [Interval, Interval];
  readonly errors: readonly [Interval, Interval];
}

type Pair = readonly [number, number];

/**
 * One-decoy finite-key bounds, Rusca, Boaron, Grünenfelder, Martin, Zbinden, APL 112, 171104 (2018). Without a vacuum
 * intensity the vacuum's share is bounded from above by the errors, half of which it must cause: single photons are
 * bounded with that upper bound, the key's own vacuum bits with the lower one. Before reconciliation the errors of the
 * key basis are taken to be as frequent as those of the test basis.
 *
 * Either intensity's errors give an upper bound. Always the decoy's is used, which is the smaller one at any usual
 * setting: taking whichever turns out smaller would need one more statement per basis to hold. So eleven statements
 * share ε_sec (clicks of each basis: signal above, decoy below; errors of the key basis: decoy above; of the test
 * basis: signal above, decoy above and below; the vacuum's errors of each basis; the sample of phase errors), two fewer
 * than with two decoys, where the same entropic argument makes the total 21: hence 19.
 */
export function estimateOneDecoy(input: DecoyEstimationInput): DecoyEstimate {
  const { counts, epsilonSec } = input;
  const keyErrors = counts.keyErrors ?? assumedKeyErrors(input);
  const key = basisOf(input, [counts.key[0], counts.key[1]], [keyErrors[0], keyErrors[1]]);
  const test = basisOf(input, [counts.test[0], counts.test[1]], [counts.testErrors[0], counts.testErrors[1]]);
  const vacuumBits = Math.min(vacuumAtLeast(input, key), key.total);
  const singlePhotonBits = Math.min(singlesAtLeast(input, key), key.total - vacuumBits);
  const singlePhotonTestBits = singlesAtLeast(input, test);
  const singlePhotonTestErrors = errorsAtMost(input, test);
  return {
    vacuumBits,
    singlePhotonBits,
    singlePhotonTestBits,
    singlePhotonTestErrors,
    phaseError: phaseErrorBound(
      singlePhotonTestErrors,
      singlePhotonTestBits,
      singlePhotonBits,
      epsilonSec,
      errorTerms,
    ),
    errorTerms,
  };
}

function basisOf(input: DecoyEstimationInput, clicks: Pair, errors: Pair): Basis {
  const { intensities, intensityProbabilities, epsilonSec, deviation } = input;
  const scaled = (counts: Pair, k: 0 | 1): Interval => {
    const total = counts[0] + counts[1];
    const [low, high] = meanInterval(counts[k], total, epsilonSec, deviation, errorTerms);
    const scale = Math.exp(intensities[k]) / intensityProbabilities[k];
    return [low * scale, high * scale];
  };
  return {
    total: clicks[0] + clicks[1],
    clicks: [scaled(clicks, 0), scaled(clicks, 1)],
    errors: [scaled(errors, 0), scaled(errors, 1)],
  };
}

/** s_0 from below. */
function vacuumAtLeast(input: DecoyEstimationInput, { clicks }: Basis): number {
  const [signal, decoy] = input.intensities;
  const bound = (signal * clicks[1][0] - decoy * clicks[0][1]) / (signal - decoy);
  return Math.max(0, photonProbability(input, 0) * bound);
}

/** s_0 from above, by the decoy's errors: half of the vacuum's clicks are errors, up to a deviation of all clicks. */
function vacuumAtMost(input: DecoyEstimationInput, { total, errors }: Basis): number {
  const deviation = Math.sqrt((total / 2) * Math.log(errorTerms / input.epsilonSec));
  return 2 * (photonProbability(input, 0) * errors[1][1] + deviation);
}

/** s_1 from below. */
function singlesAtLeast(input: DecoyEstimationInput, basis: Basis): number {
  const [signal, decoy] = input.intensities;
  const squares = (decoy * decoy) / (signal * signal);
  const vacuum = vacuumAtMost(input, basis) / photonProbability(input, 0);
  const numerator = basis.clicks[1][0] - squares * basis.clicks[0][1] - (1 - squares) * vacuum;
  return Math.max(0, (photonProbability(input, 1) * signal * numerator) / (decoy * (signal - decoy)));
}

/** v_1 of the test basis from above. */
function errorsAtMost(input: DecoyEstimationInput, { errors }: Basis): number {
  const [signal, decoy] = input.intensities;
  return Math.max(0, (photonProbability(input, 1) * (errors[0][1] - errors[1][0])) / (signal - decoy));
}

function assumedKeyErrors({ counts }: DecoyEstimationInput): Pair {
  const scaled = (k: 0 | 1): number =>
    counts.test[k] > 0 ? (counts.testErrors[k] * counts.key[k]) / counts.test[k] : counts.key[k] / 2;
  return [scaled(0), scaled(1)];
}
