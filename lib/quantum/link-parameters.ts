/** Three numbers, one for each intensity of the source: signal, decoy, near vacuum. */
export type Triple = readonly [number, number, number];

/** How far an observed count may lie from its mean: Lim 2014 uses Hoeffding; Chernoff is tighter for rare counts. */
export type DeviationBound = "hoeffding" | "chernoff";

/** Everything about a link's devices and fibre that decides what its detectors see. */
export interface LinkParameters {
  /** Pulses per second. */
  readonly clockHz: number;
  /** Fibre length, km. Only shown: the loss below is what counts. */
  readonly lengthKm: number;
  /** Loss of the channel from Alice's output to Bob's input, dB. */
  readonly lossDb: number;
  /** Mean photon numbers μ1 > μ2 > μ3 ≥ 0 with μ1 > μ2 + μ3 (Lim 2014). */
  readonly intensities: Triple;
  /** Probability of each intensity; they add up to 1. */
  readonly intensityProbabilities: Triple;
  /** Probability that an end chooses the key basis X; the test basis Z has the rest. The same at both ends. */
  readonly keyBasisProbability: number;
  /** Probability that a photon at Bob's input makes its detector click. */
  readonly detectorEfficiency: number;
  /** Dark count probability of one detector in one gate; Bob has two detectors. */
  readonly darkCountProbability: number;
  /** Probability that a click is followed by a false one in a later live gate. */
  readonly afterpulseProbability: number;
  /** Both detectors are blind for this long after a click, seconds. */
  readonly deadTimeSeconds: number;
  /** Probability that a photon ends in the wrong detector. */
  readonly misalignment: number;
  readonly deviation: DeviationBound;
  /** Decoy intensities: 2 (Lim 2014) when absent; 1 (Rusca 2018) never sends the third, whose probability is then 0. */
  readonly decoyStates?: 1 | 2;
}
