import { QuantumParameterError } from "./errors.ts";
import type { SpaceTerminal } from "./space-terminal.ts";

/** Mean radius of the Earth for the formula of the slant range, km. */
const earthRadiusKm = 6371;
const radians = Math.PI / 180;

/** Loss of free space between a satellite and a telescope and its parts, dB. */
export interface SpaceLoss {
  /** What the beam has grown beyond the telescope. */
  readonly diffractionDb: number;
  readonly pointingDb: number;
  readonly atmosphereDb: number;
  readonly receiverDb: number;
  readonly totalDb: number;
}

/**
 * Distance from a station to a satellite seen at an elevation, over a round Earth.
 * @param elevationDeg degrees above the horizon, 0 to 90. @param altitudeKm of the orbit. @returns km.
 */
export function slantRangeKm(elevationDeg: number, altitudeKm: number): number {
  requireElevation(elevationDeg);
  const down = earthRadiusKm * Math.sin(elevationDeg * radians);
  return Math.sqrt(down * down + 2 * earthRadiusKm * altitudeKm + altitudeKm * altitudeKm) - down;
}

/** Air passed compared with straight up (Kasten and Young, Applied Optics 28, 4735 (1989)). */
export function airMass(elevationDeg: number): number {
  requireElevation(elevationDeg);
  return 1 / (Math.sin(elevationDeg * radians) + 0.50572 * (elevationDeg + 6.07995) ** -1.6364);
}

/**
 * Loss of a clear sky. Beam spread: an evenly lit disc against the telescope's own. Pointing: the mean over a Gaussian
 * jitter of a Gaussian beam of the same width. Atmosphere: the zenith's loss times the air mass. Turbulence beyond
 * the divergence given, and clouds, are not in it.
 * @throws QuantumParameterError for an elevation outside 0 to 90 degrees.
 */
export function spaceLoss(terminal: SpaceTerminal, rangeKm: number, elevationDeg: number): SpaceLoss {
  if (!(rangeKm > 0)) throw new QuantumParameterError("rangeKm", rangeKm, "above 0");
  const beamM = terminal.transmitterDiameterM + terminal.divergenceRad * rangeKm * 1000;
  const diffractionDb = Math.max(0, 20 * Math.log10(beamM / terminal.receiverDiameterM));
  const jitter = terminal.pointingJitterRad / (terminal.divergenceRad / 2);
  const pointingDb = 10 * Math.log10(1 + 4 * jitter * jitter);
  const atmosphereDb = terminal.zenithLossDb * airMass(elevationDeg);
  const receiverDb = terminal.receiverLossDb;
  const totalDb = diffractionDb + pointingDb + atmosphereDb + receiverDb;
  return { diffractionDb, pointingDb, atmosphereDb, receiverDb, totalDb };
}

function requireElevation(elevationDeg: number): void {
  if (!(elevationDeg >= 0 && elevationDeg <= 90)) {
    throw new QuantumParameterError("elevationDeg", elevationDeg, "from 0 to 90");
  }
}
