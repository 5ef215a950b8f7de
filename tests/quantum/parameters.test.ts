import { describe, expect, it } from "vitest";
import { devices } from "../../lib/quantum/devices.ts";
import { expectedBlock } from "../../lib/quantum/expected-block.ts";
import { optimiseSource } from "../../lib/quantum/optimise-source.ts";
import { type LinkParameters, presetFor, validateParameters } from "../../lib/quantum/parameters.ts";

const preset = (lossDb: number, kind = "fibre") => presetFor({ kind, lengthKm: 5 * lossDb, lossDb });
const secretFraction = (parameters: LinkParameters, siftedBits: number) =>
  expectedBlock(parameters, {
    siftedBits,
    epsilonSec: 1e-15,
    epsilonCor: 1e-15,
    reconciliationEfficiency: 1.06,
  }).secretBits / siftedBits;

describe("presets", () => {
  it("are valid and yield key in a first block for every loss from 2 to 23 dB", () => {
    for (let lossDb = 2; lossDb <= 23; lossDb += 0.7) {
      const parameters = preset(lossDb);
      validateParameters(parameters);
      expect(parameters.lossDb).toBe(lossDb);
      expect(secretFraction(parameters, 1e5)).toBeGreaterThan(0.05);
    }
  });

  it("yield key in usual blocks on every kind of link of the networks", () => {
    expect(secretFraction(preset(9, "metro-fibre"), 1e5)).toBeGreaterThan(0.05);
    expect(secretFraction(preset(22.7, "submarine"), 1e6)).toBeGreaterThan(0.2);
    expect(secretFraction(preset(32.3, "free-space"), 1e6)).toBeGreaterThan(0.2);
    expect(preset(10).clockHz).toBe(80e6);
    expect(preset(10).detectorEfficiency).toBe(0.2);
    expect(preset(10).deadTimeSeconds).toBe(10e-6);
  });

  it("are what the optimiser finds, within a hundredth of the rate", () => {
    for (const lossDb of [3, 15, 23]) {
      const tabled = preset(lossDb);
      const found = optimiseSource({ ...tabled, ...devices.longHaul }, 3e5);
      const rate = (parameters: LinkParameters) => {
        const block = expectedBlock(parameters, {
          siftedBits: 3e5,
          epsilonSec: 1e-15,
          epsilonCor: 1e-15,
          reconciliationEfficiency: 1.08,
        });
        return block.secretBits / block.pulses;
      };
      expect(rate(tabled) / rate(found)).toBeGreaterThan(0.99);
    }
  });

  it.each([
    ["lengthKm", { kind: "fibre", lengthKm: -1, lossDb: 3 }],
    ["lossDb", { kind: "fibre", lengthKm: 1, lossDb: Number.NaN }],
    ["lossDb", { kind: "fibre", lengthKm: 1, lossDb: 90 }],
  ])("refuse a link by the name of its %s", (name, link) => {
    expect(() => presetFor(link)).toThrow(name);
  });
});

describe("parameters that no device could have are refused by name:", () => {
  it.each<[string, Partial<LinkParameters>]>([
    ["clockHz", { clockHz: 0 }],
    ["lossDb", { lossDb: -0.1 }],
    ["lossDb", { lossDb: Number.NaN }],
    ["lengthKm", { lengthKm: Number.POSITIVE_INFINITY }],
    ["detectorEfficiency", { detectorEfficiency: 1.1 }],
    ["darkCountProbability", { darkCountProbability: -1e-9 }],
    ["afterpulseProbability", { afterpulseProbability: 0.9 }],
    ["deadTimeSeconds", { deadTimeSeconds: Number.NaN }],
    ["misalignment", { misalignment: 0.6 }],
    ["keyBasisProbability", { keyBasisProbability: 1 }],
    ["intensityProbabilities", { intensityProbabilities: [0.5, 0.3, 0.3] }],
    ["intensityProbabilities[1]", { intensityProbabilities: [0.8, 0, 0.2] }],
    ["intensities", { intensities: [0.3, 0.2, 0.15] }],
    ["intensities[0]", { intensities: [Number.NaN, 0.1, 0] }],
    ["deviation", { deviation: "gauss" as never }],
  ])("%s", (name, change) => {
    expect(() => validateParameters({ ...preset(10), ...change })).toThrow(name);
  });
});
