import type { LinkParameters } from "./link-parameters.ts";

export type DeviceClass = "longHaul" | "metropolitan" | "lowLight";

export type DeviceParameters = Pick<
  LinkParameters,
  | "clockHz"
  | "detectorEfficiency"
  | "darkCountProbability"
  | "afterpulseProbability"
  | "deadTimeSeconds"
  | "misalignment"
>;

/** Typical figures of three kinds of equipment; assumptions of the simulation, not of a product. */
export const devices: Readonly<Record<DeviceClass, DeviceParameters>> = {
  /** InGaAs avalanche diodes at 80 MHz: the default of long links. */
  longHaul: {
    clockHz: 80e6,
    detectorEfficiency: 0.2,
    darkCountProbability: 6e-7,
    afterpulseProbability: 0.01,
    deadTimeSeconds: 10e-6,
    misalignment: 0.01,
  },
  /** Self-differencing diodes at 1 GHz: short links have light to spare, so a short dead time pays. */
  metropolitan: {
    clockHz: 1e9,
    detectorEfficiency: 0.2,
    darkCountProbability: 2e-6,
    afterpulseProbability: 0.01,
    deadTimeSeconds: 0.1e-6,
    misalignment: 0.01,
  },
  /** Cooled superconducting nanowires, where a telescope or a very long fibre leaves little light. */
  lowLight: {
    clockHz: 80e6,
    detectorEfficiency: 0.6,
    darkCountProbability: 5e-9,
    afterpulseProbability: 0,
    deadTimeSeconds: 0.1e-6,
    misalignment: 0.01,
  },
};
