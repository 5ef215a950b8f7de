import { describe, expect, it } from "vitest";
import {
  findingsTable,
  interceptPowers,
  quietKeyBlocks,
  splittingPower,
} from "./support/attack-statistics.ts";

/** A few seeds of each case; tests/faults/attack-statistics.test.ts counts many and writes docs/ATTACK-DETECTION.md. */
const seeds = { quiet: 10, disturbed: 2, keyBlocks: 3 };
const table = findingsTable(seeds);

describe("the detection of intercept-resend", () => {
  const powers = interceptPowers();

  it("agrees with the formula within 3σ wherever the binomial law is nearly Gaussian", () => {
    for (const { formula, observed, seeds: draws, fraction } of powers.slice(1)) {
      const sigma = Math.sqrt((formula * (1 - formula)) / draws);
      // The binomial tail of a rare error is skewed: a percent of power at these sizes.
      expect(Math.abs(observed - formula), `p = ${fraction}`).toBeLessThan(3 * sigma + 0.012);
    }
  });

  it("reaches 95 % at p = 5 % with 3,800 bits, and false alarms stay below one in ten thousand", () => {
    expect(powers[2]?.formula).toBeGreaterThan(0.945);
    expect(powers[2]?.observed).toBeGreaterThan(0.94);
    expect(powers[0]?.observed).toBeLessThan(1e-4);
  });
});

describe("the detection of photon-number splitting", () => {
  it.each([
    [0, 0.2, 20_000],
    [0, 0.2, 50_000],
    [0, 0.1, 100_000],
    [1, 0.1, 20_000],
  ])("on link %s at p = %s in %s bits agrees with the formula", (link, fraction, bits) => {
    const { formula, observed } = splittingPower(link, fraction, bits, 4000);
    expect(Math.abs(observed - formula)).toBeLessThan(
      3 * Math.sqrt((formula * (1 - formula)) / 4000) + 0.015,
    );
  });

  it("reaches nine in ten probes at p = 20 % even on 4 dB, and every key block; a quiet link stays quiet", () => {
    expect(splittingPower(0, 0.2, 50_000, 4000).observed).toBeGreaterThan(0.9);
    expect(splittingPower(0, 0.2, 1_000_000, 1000).observed).toBe(1);
    for (const bits of [50_000, 1_000_000]) expect(splittingPower(0, 0, bits, 20_000).observed).toBe(0);
  });
});

describe("probes of whole links", () => {
  it("find nothing on a quiet link, however it drifts within its bounds", () => {
    for (const { found } of table[0]!.counts) expect([...found.keys()]).toEqual(["nothing"]);
  });

  it("find nothing in key blocks of quiet links either", () => {
    expect(new Set(quietKeyBlocks(seeds))).toEqual(new Set(["nothing"]));
  });

  it.each(table.slice(1))("find $right, and nothing else, under: $name", ({ right, weak, counts }) => {
    for (const { found } of counts) {
      expect([...found.keys()].filter((what) => what !== "nothing" || !weak)).toEqual([right]);
    }
  });
});
