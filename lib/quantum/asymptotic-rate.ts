import { binaryEntropy } from "./entropy.ts";

/** A link in the model of Ma, Qi, Zhao, Lo 2005 (quant-ph/0503005), without double clicks and afterpulses. */
export interface AsymptoticLink {
  readonly lengthKm: number;
  readonly lossDbPerKm: number;
  /** η_Bob: detectors and receiver together. */
  readonly receiverEfficiency: number;
  /** Y0: clicks of an empty pulse. */
  readonly backgroundYield: number;
  /** e_d: error probability of a photon that arrived. */
  readonly misalignment: number;
  /** f of reconciliation. */
  readonly reconciliationEfficiency: number;
  /** q: part of the pulses that sifting keeps, ½ for unbiased bases. */
  readonly siftingFactor: number;
}

/** η of the whole link. */
function transmittanceOf(link: AsymptoticLink): number {
  return link.receiverEfficiency * 10 ** ((-link.lossDbPerKm * link.lengthKm) / 10);
}

/** Q_μ and E_μ (Ma et al., Eqs. 10, 11). */
export function gainAndError(
  link: AsymptoticLink,
  mean: number,
): { readonly gain: number; readonly error: number } {
  const seen = -Math.expm1(-transmittanceOf(link) * mean);
  const gain = link.backgroundYield + (1 - link.backgroundYield) * seen;
  const error = (link.backgroundYield / 2 + link.misalignment * seen) / gain;
  return { gain, error };
}

/** Y_1 and e_1 (Ma et al., Eqs. 7, 9). */
function singlePhoton(link: AsymptoticLink): { readonly yield: number; readonly error: number } {
  const eta = transmittanceOf(link);
  const clicks = link.backgroundYield + eta - link.backgroundYield * eta;
  return { yield: clicks, error: (link.backgroundYield / 2 + link.misalignment * eta) / clicks };
}

/** Secret bits per pulse with infinitely many decoys and pulses (GLLP; Ma et al., Eq. 1). May be negative. */
export function infiniteDecoyRate(link: AsymptoticLink, mean: number): number {
  const { gain, error } = gainAndError(link, mean);
  const single = singlePhoton(link);
  const singleGain = single.yield * mean * Math.exp(-mean);
  const reconciliation = gain * link.reconciliationEfficiency * binaryEntropy(error);
  return link.siftingFactor * (singleGain * (1 - binaryEntropy(single.error)) - reconciliation);
}

/**
 * Secret bits per pulse without decoys: every multi-photon pulse is taken to arrive and every error to be on
 * single photons (Gottesman, Lo, Lütkenhaus, Preskill 2004). May be negative.
 */
export function noDecoyRate(link: AsymptoticLink, mean: number): number {
  const { gain, error } = gainAndError(link, mean);
  const multi = 1 - (1 + mean) * Math.exp(-mean);
  const single = gain - multi;
  const reconciliation = gain * link.reconciliationEfficiency * binaryEntropy(error);
  if (single <= 0) return -link.siftingFactor * reconciliation;
  const singleError = Math.min(0.5, (error * gain) / single);
  return link.siftingFactor * (single * (1 - binaryEntropy(singleError)) - reconciliation);
}

/**
 * The mean photon number that is best when dark counts do not matter: the root of
 * (1 − μ)·e^−μ = f·h(e_d)/(1 − h(e_d)) (Ma et al., Eq. 12).
 */
export function optimalMean(misalignment: number, reconciliationEfficiency: number): number {
  const entropy = binaryEntropy(misalignment);
  const target = (reconciliationEfficiency * entropy) / (1 - entropy);
  return bisect((mean) => (1 - mean) * Math.exp(-mean) - target, 0, 1);
}

/** PLOB: no repeaterless link gives more secret bits per use (Pirandola, Laurenza, Ottaviani, Banchi 2017). */
export function repeaterlessBound(lossDb: number): number {
  return -Math.log1p(-(10 ** (-lossDb / 10))) / Math.LN2;
}

/** The error rate at which 1 − h(e) − f·h(e) is zero: more than that leaves no key even from single photons. */
export function errorThreshold(reconciliationEfficiency: number): number {
  return bisect((rate) => 1 - (1 + reconciliationEfficiency) * binaryEntropy(rate), 1e-6, 0.5);
}

/** The zero of a falling function. */
export function bisect(falling: (x: number) => number, from: number, to: number): number {
  let low = from;
  let high = to;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (falling(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
