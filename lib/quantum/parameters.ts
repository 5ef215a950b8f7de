import { type DeviceClass, devices } from "./devices.ts";
import { QuantumParameterError } from "./errors.ts";
import type { LinkParameters } from "./link-parameters.ts";
import { tunedSources, vacuumIntensity } from "./tuned-sources.ts";

export type { LinkParameters };

export interface LinkDescription {
  /** The kind of the link in the network data, such as "fibre" or "metro-fibre". */
  readonly kind: string;
  readonly lengthKm: number;
  readonly lossDb: number;
}

const longestLossDb = 45;

/**
 * Devices for a link of the network, with the source tuned to its loss (to the next decibel).
 * "metro-fibre" gets 1 GHz devices, free space and more than 26 dB get superconducting detectors.
 *
 * @throws QuantumParameterError when the length is negative or the loss is not from 0 to 45 dB.
 */
export function presetFor({ kind, lengthKm, lossDb }: LinkDescription): LinkParameters {
  return presetOf(deviceClassFor(kind, lossDb), lengthKm, lossDb);
}

/**
 * Devices of a class, with the source tuned to a loss (to the next decibel).
 * @throws QuantumParameterError when the length is negative or the loss is not from 0 to 45 dB.
 */
export function presetOf(deviceClass: DeviceClass, lengthKm: number, lossDb: number): LinkParameters {
  requireRange("lengthKm", lengthKm, 0, 1e6);
  requireRange("lossDb", lossDb, 0, longestLossDb);
  const row = tunedSources[deviceClass][Math.round(lossDb)];
  if (row === undefined) throw new QuantumParameterError("lossDb", lossDb, "a loss of the tuned sources");
  const [keyBasisProbability, signal, decoy, first, second] = row;
  return {
    ...devices[deviceClass],
    lengthKm,
    lossDb,
    keyBasisProbability,
    intensities: [signal, decoy, vacuumIntensity],
    intensityProbabilities: [first, second, Math.round(1e4 - 1e4 * (first + second)) / 1e4],
    deviation: "chernoff",
  };
}

function deviceClassFor(kind: string, lossDb: number): DeviceClass {
  if (kind === "free-space" || kind === "space" || lossDb > 26) return "lowLight";
  return kind === "metro-fibre" ? "metropolitan" : "longHaul";
}

/** @throws QuantumParameterError naming the first parameter that no device could have, and its range. */
export function validateParameters(parameters: LinkParameters): void {
  requireRange("clockHz", parameters.clockHz, 1, 1e12);
  requireRange("lengthKm", parameters.lengthKm, 0, 1e6);
  requireRange("lossDb", parameters.lossDb, 0, 100);
  requireRange("detectorEfficiency", parameters.detectorEfficiency, 1e-6, 1);
  requireRange("darkCountProbability", parameters.darkCountProbability, 0, 0.1);
  requireRange("afterpulseProbability", parameters.afterpulseProbability, 0, 0.5);
  requireRange("deadTimeSeconds", parameters.deadTimeSeconds, 0, 1);
  requireRange("misalignment", parameters.misalignment, 0, 0.5);
  requireRange("keyBasisProbability", parameters.keyBasisProbability, 0.01, 0.99);
  if (parameters.deviation !== "chernoff" && parameters.deviation !== "hoeffding") {
    throw new QuantumParameterError("deviation", parameters.deviation, '"chernoff" or "hoeffding"');
  }
  if (parameters.decoyStates !== undefined && ![1, 2].includes(parameters.decoyStates)) {
    throw new QuantumParameterError("decoyStates", parameters.decoyStates, "1 or 2");
  }
  requireIntensities(parameters);
}

function requireIntensities({ intensities, intensityProbabilities, decoyStates }: LinkParameters): void {
  for (const [k, mean] of intensities.entries()) requireRange(`intensities[${k}]`, mean, 0, 2);
  const [signal, decoy, vacuum] = intensities;
  if (!(decoy > vacuum && signal > decoy + vacuum)) {
    throw new QuantumParameterError("intensities", intensities.join(", "), "μ1 > μ2 + μ3 and μ2 > μ3");
  }
  for (const [k, p] of intensityProbabilities.entries()) {
    if (decoyStates === 1 && k === 2) requireRange(`intensityProbabilities[${k}]`, p, 0, 0);
    else requireRange(`intensityProbabilities[${k}]`, p, 1e-4, 1);
  }
  const total = intensityProbabilities.reduce((a, b) => a + b, 0);
  if (Math.abs(total - 1) > 1e-9) {
    throw new QuantumParameterError("intensityProbabilities", `a sum of ${total}`, "a sum of 1");
  }
}

function requireRange(name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high))
    throw new QuantumParameterError(name, value, `from ${low} to ${high}`);
}

/**
 * The parameters with some of them set by hand.
 * @throws QuantumParameterError naming an unknown parameter, or one out of its range.
 */
export function withOverrides(parameters: LinkParameters, overrides: object): LinkParameters {
  const known = [...Object.keys(parameters), "decoyStates"];
  for (const name of Object.keys(overrides)) {
    if (!known.includes(name)) throw new QuantumParameterError(name, "unknown", `one of ${known.join(", ")}`);
  }
  const changed = { ...parameters, ...overrides };
  for (const name of ["intensities", "intensityProbabilities"] as const) {
    const list: unknown = changed[name];
    if (!Array.isArray(list) || list.length !== 3)
      throw new QuantumParameterError(name, list, "three numbers, for signal, decoy and vacuum");
  }
  validateParameters(changed);
  return changed;
}
