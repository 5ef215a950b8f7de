/** Probabilities for one live gate: `click` that Bob registers a bit, `error` that he does and it is wrong. */
export interface ClickLaw {
  readonly click: number;
  readonly error: number;
}

/** A fraction `weight` of the pulses whose photons each go to the wrong detector with probability `flip`. */
export interface Polarisation {
  readonly weight: number;
  readonly flip: number;
}

/** Probability that no photon of a pulse is seen by a detector which receives `share` of its light. */
export type Silence = (share: number) => number;

/** What two detectors with a dark count probability of `dark` each do with light of that silence. */
export function clickLaw(dark: number, polarisations: readonly Polarisation[], silence: Silence): ClickLaw {
  const noneSeen = (1 - dark) ** 2 * silence(1);
  let error = 0;
  for (const { weight, flip } of polarisations) {
    const rightSilent = (1 - dark) * silence(1 - flip);
    const wrongSilent = (1 - dark) * silence(flip);
    const both = 1 - rightSilent - wrongSilent + noneSeen;
    error += weight * (rightSilent - noneSeen + both / 2);
  }
  return { click: 1 - noneSeen, error };
}
