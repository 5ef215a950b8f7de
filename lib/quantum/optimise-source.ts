import { expectedBlock } from "./expected-block.ts";
import type { LinkParameters } from "./link-parameters.ts";
import { vacuumIntensity } from "./tuned-sources.ts";

/** The five free numbers of the source, mapped to the whole real line so that the search has no borders. */
type Point = readonly number[];

const starts: readonly Point[] = [
  [1.4, 0.4, 0.5, 0, -0.6],
  [0.2, -1.5, 2, -0.3, -1],
  [2.5, 1.5, 0.5, 0.5, -1],
];
const leastProbability = 0.02;

/**
 * The parameters with the basis choice, the intensities and their probabilities that give the most secret bits per
 * pulse for blocks of `siftedBits`: Nelder-Mead on the finite-key expectation. A pure function of its arguments.
 */
export function optimiseSource(parameters: LinkParameters, siftedBits: number): LinkParameters {
  const cost = (point: Point) => -secretBitsPerPulse(withSource(parameters, point), siftedBits);
  const candidates = starts.map((start) => nelderMead(start, cost));
  return withSource(
    parameters,
    candidates.reduce((best, candidate) => (cost(candidate) < cost(best) ? candidate : best)),
  );
}

function withSource(parameters: LinkParameters, point: Point): LinkParameters {
  const [basis = 0, signalOdds = 0, decoyOdds = 0, signal = 0, ratio = 0] = point;
  const weights = [Math.exp(signalOdds), Math.exp(decoyOdds), 1] as const;
  const total = weights[0] + weights[1] + weights[2];
  const share = (weight: number) => rounded(leastProbability + ((1 - 3 * leastProbability) * weight) / total);
  const first = share(weights[0]);
  const second = share(weights[1]);
  const mu = rounded(0.1 + 0.9 * logistic(signal));
  const decoy = rounded(mu * (0.05 + 0.85 * logistic(ratio)));
  const oneDecoy = parameters.decoyStates === 1;
  const alone = rounded(leastProbability + (1 - 2 * leastProbability) * logistic(signalOdds - decoyOdds));
  return {
    ...parameters,
    keyBasisProbability: rounded(0.5 + 0.48 * logistic(basis)),
    intensityProbabilities: oneDecoy
      ? [alone, rounded(1 - alone), 0]
      : [first, second, rounded(1 - first - second)],
    intensities: [mu, decoy, oneDecoy ? 0 : vacuumIntensity],
  };
}

/** The expectation per pulse, smooth below zero too, so that the search finds its way to the first key. */
function secretBitsPerPulse(parameters: LinkParameters, siftedBits: number): number {
  const block = expectedBlock(parameters, {
    siftedBits,
    epsilonSec: 1e-15,
    epsilonCor: 1e-15,
    reconciliationEfficiency: 1.08,
  });
  return block.secretBits / block.pulses;
}

function logistic(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

interface Vertex {
  readonly point: Point;
  readonly value: number;
}

function nelderMead(from: Point, cost: (point: Point) => number): Point {
  const vertex = (point: Point): Vertex => ({ point, value: cost(point) });
  let simplex = [
    vertex(from),
    ...from.map((_, axis) => vertex(from.map((x, i) => (i === axis ? x + 0.5 : x)))),
  ];
  for (let round = 0; round < 400; round++) {
    simplex.sort((a, b) => a.value - b.value);
    const best = simplex[0] as Vertex;
    const worst = simplex.at(-1) as Vertex;
    const rest = simplex.slice(0, -1);
    const centre = from.map((_, i) => rest.reduce((total, v) => total + (v.point[i] ?? 0), 0) / rest.length);
    const along = (factor: number) => vertex(centre.map((x, i) => x + factor * ((worst.point[i] ?? 0) - x)));
    const reflected = along(-1);
    if (reflected.value < best.value) {
      const expanded = along(-2);
      simplex = [...rest, expanded.value < reflected.value ? expanded : reflected];
    } else if (reflected.value < (rest.at(-1) ?? worst).value) {
      simplex = [...rest, reflected];
    } else {
      const inner = along(reflected.value < worst.value ? -0.5 : 0.5);
      simplex =
        inner.value < Math.min(worst.value, reflected.value)
          ? [...rest, inner]
          : [
              best,
              ...simplex.slice(1).map((v) => vertex(v.point.map((x, i) => (x + (best.point[i] ?? 0)) / 2))),
            ];
    }
  }
  return simplex.reduce((a, b) => (b.value < a.value ? b : a)).point;
}
