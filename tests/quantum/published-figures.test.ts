import { describe, expect, it } from "vitest";
import {
  type AsymptoticLink,
  bisect,
  errorThreshold,
  infiniteDecoyRate,
  noDecoyRate,
  optimalMean,
  repeaterlessBound,
} from "../../lib/quantum/asymptotic-rate.ts";
import { expectedBlock } from "../../lib/quantum/expected-block.ts";
import { evaluateLim, type LimLink } from "../../lib/quantum/lim-model.ts";
import { presetFor } from "../../lib/quantum/parameters.ts";

/** Gobby, Yuan, Shields 2004, as used by Ma et al. 2005. */
const gys: AsymptoticLink = {
  lengthKm: 0,
  lossDbPerKm: 0.21,
  receiverEfficiency: 0.045,
  backgroundYield: 1.7e-6,
  misalignment: 0.033,
  reconciliationEfficiency: 1.22,
  siftingFactor: 0.5,
};
const at = (lengthKm: number): AsymptoticLink => ({ ...gys, lengthKm });

function bestRate(rate: (mean: number) => number, means: readonly number[]): number {
  return Math.max(...means.map(rate));
}

describe("the GYS experiment in the model of Ma et al. 2005", () => {
  it.each([
    [1.22, 0.4789],
    [1, 0.5441],
  ])("has its best mean photon number at f = %s", (efficiency, expected) => {
    expect(Math.abs(optimalMean(0.033, efficiency) - expected)).toBeLessThan(0.001);
  });

  it("gives the published rates at 0 and 100 km", () => {
    const mean = optimalMean(0.033, 1.22);
    expect(Math.abs(infiniteDecoyRate(at(0), mean) / 2.5546e-3 - 1)).toBeLessThan(2e-3);
    expect(Math.abs(infiniteDecoyRate(at(100), mean) / 1.7184e-5 - 1)).toBeLessThan(2e-3);
  });

  it("reaches 142.05 km with infinitely many decoys", () => {
    const mean = optimalMean(0.033, 1.22);
    const reach = bisect((lengthKm) => infiniteDecoyRate(at(lengthKm), mean), 0, 300);
    expect(Math.abs(reach - 142.05)).toBeLessThan(0.2);
  });

  it("reaches 40 to 41 km without decoys", () => {
    const means = Array.from({ length: 4000 }, (_, i) => (i + 1) * 1e-5);
    const reach = bisect((lengthKm) => bestRate((mean) => noDecoyRate(at(lengthKm), mean), means), 0, 100);
    expect(reach).toBeGreaterThan(40);
    expect(reach).toBeLessThan(41);
  });
});

describe("the repeaterless bound", () => {
  it.each([
    [10, 0.152],
    [20, 0.0145],
    [30, 1.4434e-3],
    [40, 1.4428e-4],
  ])("is as published at %s dB", (lossDb, expected) => {
    expect(Math.abs(repeaterlessBound(lossDb) / expected - 1)).toBeLessThan(1e-4);
  });

  it("is above every preset's rate", () => {
    for (let lossDb = 0; lossDb <= 26; lossDb++) {
      const block = expectedBlock(presetFor({ kind: "fibre", lengthKm: 5 * lossDb, lossDb }), {
        siftedBits: 1e7,
        epsilonSec: 1e-15,
        epsilonCor: 1e-15,
        reconciliationEfficiency: 1,
      });
      expect(block.secretBits / block.pulses).toBeLessThan(repeaterlessBound(lossDb));
    }
  });
});

describe("the finite-key evaluation of Lim et al. 2014", () => {
  const link = (
    lengthKm: number,
    keyBits: number,
    source: readonly [number, number, number, number, number],
  ): LimLink => ({
    lengthKm,
    keyBits,
    keyBasisProbability: source[0],
    intensityProbabilities: [source[1], source[2], 1 - source[1] - source[2]],
    intensities: [source[3], source[4], 2e-4],
    lossDbPerKm: 0.2,
    receiverEfficiency: 0.1,
    darkCountProbability: 6e-7,
    afterpulseProbability: 4e-2,
    misalignment: 5e-3,
    reconciliationEfficiency: 1.16,
    epsilonSec: 1e-10,
    epsilonCor: 1e-15,
    deviation: "hoeffding",
  });

  it.each([
    [link(0, 1e6, [0.8, 0.21, 0.6, 0.46, 0.2]), 257671.6, 663835.66, 33152.592, 0.059482006, 189885.29],
    [link(50, 1e7, [0.87, 0.42, 0.45, 0.43, 0.2]), 2635252.8, 6471102.8, 115385.42, 0.052643579, 1910276.2],
    [link(100, 1e9, [0.94, 0.76, 0.18, 0.45, 0.17]), 248427164.1, 615647000, 2135523, 0.047209943, 199110280],
  ])("gives the reference figures at each length", (lim, secret, keySingles, testSingles, phase, leaked) => {
    const { estimate, leakedBits, secretBits } = evaluateLim(lim);
    const near = (value: number, expected: number) =>
      expect(Math.abs(value / expected - 1)).toBeLessThan(1e-6);
    near(secretBits, secret);
    near(estimate.singlePhotonBits, keySingles);
    near(estimate.singlePhotonTestBits, testSingles);
    near(estimate.phaseError, phase);
    near(leakedBits, leaked);
  });
});

describe("the error threshold of 1 − h(e) − f·h(e)", () => {
  it.each([
    [1, 0.11003],
    [1.16, 0.09811],
    [1.22, 0.09424],
  ])("is as published at f = %s", (efficiency, expected) => {
    expect(Math.abs(errorThreshold(efficiency) - expected)).toBeLessThan(1e-5);
  });
});
