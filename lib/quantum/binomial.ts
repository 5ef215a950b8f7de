import type { RandomSource } from "./random.ts";

const stirlingTails = [
  0.08106146679532726, 0.0413406959554093, 0.0276779256849983, 0.02079067210376509, 0.01664469118982119,
  0.01387612882307075, 0.01189670994589177, 0.01041126526197209, 0.009255462182712733, 0.008330563433362871,
] as const;

/**
 * Draws from the binomial law of `trials` trials (up to 2^53) with the given probability, exactly up to double
 * rounding: inversion for small means, Hörmann's transformed rejection BTRS (1993) for large ones.
 */
export function drawBinomial(random: RandomSource, trials: number, probability: number): number {
  if (trials <= 0 || probability <= 0) return 0;
  if (probability >= 1) return trials;
  if (probability > 0.5) return trials - drawBinomial(random, trials, 1 - probability);
  return trials * probability < 10
    ? drawByInversion(random, trials, probability)
    : drawByRejection(random, trials, probability);
}

/** Adds up the probabilities from 0 upwards; the mean is below 10, so a few dozen steps are enough. */
function drawByInversion(random: RandomSource, trials: number, probability: number): number {
  const odds = probability / (1 - probability);
  let mass = Math.exp(trials * Math.log1p(-probability));
  let left = random.double();
  for (let count = 0; ; count++) {
    if (left < mass || count === trials) return count;
    left -= mass;
    mass *= (odds * (trials - count)) / (count + 1);
    if (mass < Number.MIN_VALUE) return count;
  }
}

function drawByRejection(random: RandomSource, n: number, p: number): number {
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const centre = n * p + 0.5;
  const squeeze = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * spread;
  const mode = Math.floor((n + 1) * p);
  const odds = p / (1 - p);
  for (;;) {
    const u = random.double() - 0.5;
    const v = random.double();
    const edge = 0.5 - Math.abs(u);
    if (edge === 0) continue;
    const k = Math.floor(((2 * a) / edge + b) * u + centre);
    if (k < 0 || k > n) continue;
    if (edge >= 0.07 && v <= squeeze) return k;
    const height = Math.log((v * alpha) / (a / (edge * edge) + b));
    const logRatio =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (n - mode + 1))) +
      (n + 1) * Math.log1p((k - mode) / (n - k + 1)) +
      (k + 0.5) * Math.log((odds * (n - k + 1)) / (k + 1)) +
      stirlingTail(mode) +
      stirlingTail(n - mode) -
      stirlingTail(k) -
      stirlingTail(n - k);
    if (height <= logRatio) return k;
  }
}

/** log k! minus Stirling's formula for it. */
function stirlingTail(k: number): number {
  const exact = k < stirlingTails.length ? stirlingTails[k] : undefined;
  if (exact !== undefined) return exact;
  const next = k + 1;
  const square = next * next;
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / next;
}
