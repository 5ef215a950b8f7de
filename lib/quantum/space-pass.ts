import { estimateDecoy, type SiftedCounts, secretLength } from "./decoy-estimation.ts";
import { binaryEntropy } from "./entropy.ts";
import type { LinkParameters, Triple } from "./link-parameters.ts";
import { presetFor } from "./parameters.ts";
import { type ChannelSlice, passLaw } from "./pass-channel.ts";
import { backgroundProbability } from "./space-background.ts";
import { spaceLoss } from "./space-loss.ts";
import { type SpaceTerminal, validateTerminal } from "./space-terminal.ts";

/** Where the satellite is in the station's sky at one time of a pass, and how high the Sun stands. */
export interface PassPoint {
  readonly seconds: number;
  readonly elevationDeg: number;
  readonly rangeKm: number;
  readonly sunElevationDeg: number;
}

export interface ExpectedPass {
  /** Clicks, sifted key bits and secret bits of the pass on average; secret bits are 0 when there is no key. */
  readonly detections: number;
  readonly siftedBits: number;
  readonly secretBits: number;
  readonly qber: number;
}

/** A loss beyond which a slice is not worth its dark counts, dB. */
const hopelessDb = 60;
const largestTunedDb = 45;
const typicalDb = 32;
const assumedEfficiency = 1.12;

/** The devices of a pass: those of links through free space, with the source tuned to a usual pass. */
export function passDevices(): LinkParameters {
  return presetFor({ kind: "space", lengthKm: 683, lossDb: Math.min(typicalDb, largestTunedDb) });
}

/** Loss and background of each point, as the channel of a block. A pulse count for each point's `seconds`. */
export function passSlices(
  points: readonly PassPoint[],
  terminal: SpaceTerminal,
  devices: LinkParameters,
): ChannelSlice[] {
  validateTerminal(terminal);
  return points.map(({ seconds, elevationDeg, rangeKm, sunElevationDeg }) => ({
    pulses: Math.max(1, Math.round(seconds * devices.clockHz)),
    lossDb: Math.min(hopelessDb, spaceLoss(terminal, rangeKm, elevationDeg).totalDb),
    backgroundProbability: backgroundProbability(terminal, sunElevationDeg, devices.detectorEfficiency),
  }));
}

/** The mean counts of the pass put through the finite-key bounds of one block. */
export function expectedPass(
  devices: LinkParameters,
  slices: readonly ChannelSlice[],
  epsilon: { readonly epsilonSec: number; readonly epsilonCor: number },
): ExpectedPass {
  const law = passLaw(devices, slices);
  const gates = law.liveFraction * slices.reduce((sum, slice) => sum + slice.pulses, 0);
  const keyGates = gates * devices.keyBasisProbability ** 2;
  const testGates = gates * (1 - devices.keyBasisProbability) ** 2;
  const p = devices.intensityProbabilities;
  const counts = (of: "click" | "error", factor: number): Triple => [
    factor * p[0] * law.intensities[0][of],
    factor * p[1] * law.intensities[1][of],
    factor * p[2] * law.intensities[2][of],
  ];
  const sifted: SiftedCounts = {
    key: counts("click", keyGates),
    test: counts("click", testGates),
    testErrors: counts("error", testGates),
  };
  const siftedBits = sifted.key[0] + sifted.key[1] + sifted.key[2];
  const estimate = estimateDecoy({ ...devices, counts: sifted, epsilonSec: epsilon.epsilonSec });
  const leaked = assumedEfficiency * siftedBits * binaryEntropy(law.qber);
  const secret = secretLength(estimate, leaked, epsilon.epsilonSec, Math.log2(2 / epsilon.epsilonCor));
  return {
    detections: gates * law.meanGain,
    siftedBits,
    secretBits: Math.max(0, Math.floor(secret)),
    qber: law.qber,
  };
}

/** The most of a pass that is worth a block: low elevations only add errors once they are too lossy. */
export function worthwhilePoints(
  points: readonly PassPoint[],
  terminal: SpaceTerminal,
  devices: LinkParameters,
  epsilon: { readonly epsilonSec: number; readonly epsilonCor: number },
): { readonly points: readonly PassPoint[]; readonly expected: ExpectedPass } {
  let best = { points, expected: expectedPass(devices, passSlices(points, terminal, devices), epsilon) };
  for (const least of [15, 20, 25, 30]) {
    const above = points.filter((point) => point.elevationDeg >= least);
    if (above.length === 0) break;
    const expected = expectedPass(devices, passSlices(above, terminal, devices), epsilon);
    if (expected.secretBits > best.expected.secretBits) best = { points: above, expected };
  }
  return best;
}
