import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadTopology } from "../../lib/network/load-topology.ts";
import { PassPlan } from "../../lib/network/pass-plan.ts";

const topology = loadTopology(JSON.parse(readFileSync("lib/network/data/network-nine.json", "utf8")));
const from = Date.UTC(2026, 10, 23);

describe("the timetable of a network's satellite", () => {
  const plan = new PassPlan(topology);
  const passes = plan.passes(from, from + 86_400_000);

  it("knows every ground station that has a space link, and no satellite without one", () => {
    expect(plan.stations).toHaveLength(topology.keyLinks.filter(({ kind }) => kind === "space").length);
    expect(plan.satellites.map(({ id }) => id)).toEqual(["sat-eagle1"]);
  });

  it("expects key at night and none by day", () => {
    const high = passes.filter((pass) => pass.maxElevationDeg > 25);
    const night = high.filter(({ light }) => light === "night");
    const day = high.filter(({ light }) => light === "day");
    expect(night.length).toBeGreaterThan(3);
    expect(day.length).toBeGreaterThan(3);
    for (const { expected } of night) {
      expect(expected.secretBits).toBeGreaterThan(5e4);
      expect(expected.secretBits).toBeLessThan(5e6);
    }
    for (const { expected } of day) expect(expected.secretBits).toBe(0);
  });

  it("follows a pass from horizon to horizon: least loss at the top, key only ever growing", () => {
    const [pass] = passes.filter(({ light, maxElevationDeg }) => light === "night" && maxElevationDeg > 30);
    if (pass === undefined) throw new Error("no such pass that day");
    const moments = plan.moments(pass);
    const least = moments.reduce((best, moment) => (moment.lossDb < best.lossDb ? moment : best));
    expect(Math.abs(least.elevationDeg - pass.maxElevationDeg)).toBeLessThan(1);
    const rates = moments.map(({ detectionsPerSecond }) => detectionsPerSecond);
    expect(Math.max(...rates)).toBe(least.detectionsPerSecond);
    expect(moments.at(-1)?.secretBits).toBeGreaterThan(0);
    expect(moments[0]?.secretBits).toBe(0);
  });

  it("cuts time without losing or doubling a pass", () => {
    const half = from + 43_200_000;
    const cut = [...plan.passes(from, half), ...plan.passes(half, from + 86_400_000)];
    const names = (all: typeof passes) => all.map(({ station, culmination }) => `${station} ${culmination}`);
    const rounded = (all: typeof passes) =>
      all.map(({ station, culmination }) => `${station} ${Math.round(culmination / 1000)}`).sort();
    expect(rounded(cut)).toEqual(rounded(passes));
    expect(new Set(names(cut)).size).toBe(cut.length);
  });
});
