import type { SpaceTerminal } from "./space-terminal.ts";

const planck = 6.62607015e-34;
const lightSpeed = 299_792_458;

/** Clear sky without the Sun in view, W·m⁻²·sr⁻¹·µm⁻¹: day and moonless night (Miao et al., New J. Phys. 7, 215 (2005)). */
const daySkyRadiance = 1.5;

/** Decades below the day's radiance by Sun elevation, after the illuminance of twilight: an assumption between the ends. */
const twilight: readonly (readonly [sunElevationDeg: number, decades: number])[] = [
  [10, 0],
  [0, -1.5],
  [-6, -3.3],
  [-12, -4.8],
  [-18, -5],
];

/** Radiance of a clear sky for a Sun at this elevation, W·m⁻²·sr⁻¹·µm⁻¹; by day 10^5 times that of the night. */
export function skyRadiance(sunElevationDeg: number): number {
  return daySkyRadiance * 10 ** decadesBelowDay(sunElevationDeg);
}

/** Probability that light of the sky makes one of the two detectors click in one gate. */
export function backgroundProbability(
  terminal: SpaceTerminal,
  sunElevationDeg: number,
  detectorEfficiency: number,
): number {
  const solidAngle = Math.PI * (terminal.fieldOfViewRad / 2) ** 2;
  const area = Math.PI * (terminal.receiverDiameterM / 2) ** 2;
  const watts = skyRadiance(sunElevationDeg) * solidAngle * area * terminal.filterMicrometres;
  const photons = (watts * terminal.gateSeconds * terminal.wavelengthM) / (planck * lightSpeed);
  const seen = photons * 10 ** (-terminal.receiverLossDb / 10) * detectorEfficiency;
  // The light has no polarisation: half of it falls on each detector.
  return 1 - Math.exp(-seen / 2);
}

function decadesBelowDay(sunElevationDeg: number): number {
  let [higher, above] = twilight[0] ?? [10, 0];
  if (sunElevationDeg >= higher) return above;
  for (const [lower, below] of twilight.slice(1)) {
    if (sunElevationDeg >= lower) {
      return below + ((above - below) * (sunElevationDeg - lower)) / (higher - lower);
    }
    higher = lower;
    above = below;
  }
  return above;
}
