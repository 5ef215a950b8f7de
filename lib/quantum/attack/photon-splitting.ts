import type { ClickLaw, Silence } from "../click-law.ts";

export interface SplittingInput {
  /** Mean photon numbers and the probabilities with which they are sent. */
  readonly means: readonly number[];
  readonly probabilities: readonly number[];
  /** Of the fibre and the receiver together, as commissioned. */
  readonly transmittance: number;
  /** Of the receiver alone: her own fibre loses nothing. */
  readonly receiver: number;
  readonly clickOf: (silence: Silence) => ClickLaw;
}

/**
 * Photon-number splitting (Brassard, Lütkenhaus, Mor, Sanders 2000). Eve counts the photons of each pulse. Of several
 * she keeps one, measures it once the bases are announced and so knows the bit; the rest goes on without loss. Single
 * photons she blocks. Answers the share of pulses with several photons that she lets pass so that the mean click rate
 * stays as it was: all of them where they are too few for that, as on a short link.
 */
export function passedMultiphotons(input: SplittingInput): number {
  const { means, probabilities, transmittance, receiver, clickOf } = input;
  const silent = clickOf(() => 1).click;
  const sumOver = (of: (mean: number) => number): number =>
    means.reduce((sum, mean, k) => sum + (probabilities[k] ?? 0) * of(mean), 0);
  const usual = sumOver((mean) => clickOf((share) => Math.exp(-mean * transmittance * share)).click) - silent;
  const most = sumOver((mean) => {
    const weight = multiProbability(mean);
    return weight > 0 ? weight * (clickOf(multiSilence(mean, receiver)).click - silent) : 0;
  });
  return most > 0 ? Math.min(1, usual / most) : 0;
}

/** Silence of pulses that had n ≥ 2 photons and now have n − 1: Σ P(n)(1 − ηx)^(n−1) over P(n ≥ 2). */
export function multiSilence(mean: number, receiver: number): Silence {
  return (share) => {
    const passed = 1 - receiver * share;
    if (passed <= 0) return 0;
    const terms = Math.exp(-mean * receiver * share) - Math.exp(-mean) * (1 + mean * passed);
    return terms / passed / multiProbability(mean);
  };
}

/** P(n ≥ 2), without the cancellation of 1 − e^−μ(1 + μ) for small means. */
export function multiProbability(mean: number): number {
  if (mean > 1e-3) return -Math.expm1(-mean) - mean * Math.exp(-mean);
  return mean * mean * (1 / 2 - mean / 3);
}
