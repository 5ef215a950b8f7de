import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backgroundProbability, skyRadiance } from "../../lib/quantum/space-background.ts";
import { airMass, slantRangeKm, spaceLoss } from "../../lib/quantum/space-loss.ts";
import { eagleTerminal, miciusTerminal, validateTerminal } from "../../lib/quantum/space-terminal.ts";

describe("the way from a satellite to a telescope", () => {
  it("has the slant ranges of a 500 km orbit", () => {
    for (const [elevation, range] of [
      [10, 1694.6],
      [20, 1192.8],
      [30, 909.4],
      [45, 683.1],
      [60, 570.5],
    ] as const) {
      expect(slantRangeKm(elevation, 500)).toBeCloseTo(range, 1);
    }
  });

  it("loses at 1200 km what Micius measured", () => {
    const loss = spaceLoss(miciusTerminal, 1200, 20);
    expect(Math.abs(loss.diffractionDb - 22)).toBeLessThan(0.5);
    expect(loss.atmosphereDb).toBeGreaterThan(3);
    expect(loss.atmosphereDb).toBeLessThan(8);
    expect(loss.pointingDb).toBeLessThan(3);
    expect(loss.receiverDb + 10 * Math.log10(2)).toBeCloseTo(10.97, 2);
  });

  it("crosses the air of Kasten and Young's table", () => {
    expect(airMass(90)).toBeCloseTo(1, 3);
    expect(airMass(30)).toBeCloseTo(1.995, 2);
    expect(airMass(10)).toBeCloseTo(5.586, 1);
  });

  it("loses less the higher the satellite stands", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 89, noNaN: true }), (elevation) => {
        const lower = spaceLoss(eagleTerminal, slantRangeKm(elevation, 500), elevation);
        const higher = spaceLoss(eagleTerminal, slantRangeKm(elevation + 1, 500), elevation + 1);
        expect(higher.totalDb).toBeLessThan(lower.totalDb);
      }),
    );
  });

  it("has a sky that is 10^4 to 10^7 times brighter by day, and never darker as the Sun rises", () => {
    const ratio = skyRadiance(40) / skyRadiance(-40);
    expect(ratio).toBeGreaterThanOrEqual(1e4);
    expect(ratio).toBeLessThanOrEqual(1e7);
    for (let sun = -30; sun < 30; sun++) {
      expect(skyRadiance(sun + 1)).toBeGreaterThanOrEqual(skyRadiance(sun));
      expect(backgroundProbability(eagleTerminal, sun, 0.6)).toBeLessThan(0.5);
    }
  });

  it("names what no terminal could have", () => {
    expect(() => validateTerminal({ ...eagleTerminal, divergenceRad: -1 })).toThrow("terminal.divergenceRad");
    expect(() => spaceLoss(eagleTerminal, Number.NaN, 20)).toThrow("rangeKm");
    expect(() => slantRangeKm(91, 500)).toThrow("elevationDeg");
  });
});
