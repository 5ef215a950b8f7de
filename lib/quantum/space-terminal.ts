import { QuantumParameterError } from "./errors.ts";

/** A transmitter in orbit and the telescope that receives it. */
export interface SpaceTerminal {
  /** Diameter of the beam as it leaves the satellite, m. */
  readonly transmitterDiameterM: number;
  /** Full angle by which the beam widens, rad: its diameter after a range R is D + divergence·R. */
  readonly divergenceRad: number;
  /** Jitter of the pointing, rms of each axis, rad. */
  readonly pointingJitterRad: number;
  /** Diameter of the receiving telescope, m. */
  readonly receiverDiameterM: number;
  /** Loss of the receiver's optics and filters, dB, without the detectors' efficiency. */
  readonly receiverLossDb: number;
  /** Loss of a clear atmosphere straight up, dB. */
  readonly zenithLossDb: number;
  readonly wavelengthM: number;
  /** What the receiver takes of the sky's light: full angle of view, rad; filter, µm; gate, s. */
  readonly fieldOfViewRad: number;
  readonly filterMicrometres: number;
  readonly gateSeconds: number;
}

/**
 * A terminal of the EAGLE-1 kind: 1550 nm, an 0.8 m ground telescope, adaptive optics for a narrow field of view.
 * The mission publishes no link budget; these are assumptions of the simulation and are shown as such.
 */
export const eagleTerminal: SpaceTerminal = {
  transmitterDiameterM: 0.1,
  divergenceRad: 16e-6,
  pointingJitterRad: 1.5e-6,
  receiverDiameterM: 0.8,
  receiverLossDb: 5,
  zenithLossDb: 1.5,
  wavelengthM: 1.55e-6,
  fieldOfViewRad: 50e-6,
  filterMicrometres: 1e-3,
  gateSeconds: 1e-9,
};

/**
 * Micius and its 1 m telescope (Liao et al., Nature 549, 43 (2017)): 10 µrad of far-field divergence, 1.2 µrad of
 * jitter; the receiver's 10.97 dB hold its detectors (half of the light) and its optics (the rest).
 */
export const miciusTerminal: SpaceTerminal = {
  transmitterDiameterM: 0.3,
  divergenceRad: 10e-6,
  pointingJitterRad: 1.2e-6,
  receiverDiameterM: 1,
  receiverLossDb: 10.97 - 10 * Math.log10(2),
  zenithLossDb: 1.5,
  wavelengthM: 0.85e-6,
  fieldOfViewRad: 100e-6,
  filterMicrometres: 5e-3,
  gateSeconds: 2e-9,
};

/** @throws QuantumParameterError naming the first part that no terminal could have. */
export function validateTerminal(terminal: SpaceTerminal): void {
  const ranges: Readonly<Record<keyof SpaceTerminal, readonly [number, number]>> = {
    transmitterDiameterM: [0.001, 10],
    divergenceRad: [1e-7, 1e-2],
    pointingJitterRad: [0, 1e-3],
    receiverDiameterM: [0.01, 20],
    receiverLossDb: [0, 60],
    zenithLossDb: [0, 30],
    wavelengthM: [3e-7, 3e-6],
    fieldOfViewRad: [1e-6, 1e-2],
    filterMicrometres: [1e-6, 1],
    gateSeconds: [1e-12, 1e-6],
  };
  for (const [name, [low, high]] of Object.entries(ranges)) {
    const value = terminal[name as keyof SpaceTerminal];
    if (!(value >= low && value <= high)) {
      throw new QuantumParameterError(`terminal.${name}`, value, `from ${low} to ${high}`);
    }
  }
}
