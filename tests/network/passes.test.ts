import { describe, expect, it } from "vitest";
import { groundAt, lookAt, placeUnder } from "../../lib/network/earth.ts";
import { elementsOf, orbitOf } from "../../lib/network/orbit.ts";
import { findPasses, leastElevation, type Pass } from "../../lib/network/passes.ts";
import { sunElevation } from "../../lib/network/sun.ts";
import type { Satellite } from "../../lib/network/topology.ts";
import { slantRangeKm } from "../../lib/quantum/space-loss.ts";

const eagle: Satellite = {
  id: "sat-eagle1",
  name: "EAGLE-1 (simulated)",
  orbit: "LEO",
  altitudeKm: 500,
  provenance: "test",
};
const stations = [
  { id: "tenerife", lat: 28.3, lon: -16.51 },
  { id: "azores", lat: 37.74, lon: -25.67 },
  { id: "redu", lat: 50.002, lon: 5.146 },
  { id: "helsinki", lat: 60.17, lon: 24.94 },
];
const from = Date.UTC(2026, 0, 2);
const to = from + 2 * 86_400_000;

/**
 * The same orbit without SGP4: a circle whose node turns and whose satellite is pushed on by the Earth's flattening
 * (secular J2 terms), an Earth that turns by its sidereal rate, a station on the ellipsoid. No code in common.
 */
function elevationByHand(station: { lat: number; lon: number }, at: number): number {
  const elements = elementsOf(eagle);
  const rad = Math.PI / 180;
  const seconds = (at - Date.UTC(2026, 0, 1)) / 1000;
  const n = (elements.meanMotion * 2 * Math.PI) / 86_400;
  const a = (398_600.4418 / (n * n)) ** (1 / 3);
  const i = elements.inclination * rad;
  const push = 1.08262668e-3 * (6378.137 / a) ** 2 * n;
  const node = elements.rightAscension * rad - 1.5 * push * Math.cos(i) * seconds;
  const along = elements.meanAnomaly * rad + (n + 0.75 * push * (5 * Math.cos(i) ** 2 - 1)) * seconds;
  const days = at / 86_400_000 + 2_440_587.5 - 2_451_545;
  const turned = (280.46061837 + 360.98564736629 * days) * rad;
  const [ca, sa, cn, sn] = [
    Math.cos(along),
    Math.sin(along),
    Math.cos(node - turned),
    Math.sin(node - turned),
  ];
  const sat = [
    a * (ca * cn - sa * Math.cos(i) * sn),
    a * (ca * sn + sa * Math.cos(i) * cn),
    a * sa * Math.sin(i),
  ];
  const [phi, lambda] = [station.lat * rad, station.lon * rad];
  const c = 6378.137 / Math.sqrt(1 - 0.00669437999 * Math.sin(phi) ** 2);
  const up = [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
  const ground = [c * (up[0] ?? 0), c * (up[1] ?? 0), c * (1 - 0.00669437999) * (up[2] ?? 0)];
  const away = sat.map((value, axis) => value - (ground[axis] ?? 0));
  const height = away.reduce((sum, value, axis) => sum + value * (up[axis] ?? 0), 0);
  return Math.asin(height / Math.hypot(...away)) / rad;
}

/** Contacts found second by second. */
function contactsByHand(station: { lat: number; lon: number }): { rise: number; set: number; top: number }[] {
  const contacts: { rise: number; set: number; top: number }[] = [];
  let open: { rise: number; top: number } | undefined;
  for (let at = from - 600_000; at < to + 600_000; at += 1000) {
    const elevation = elevationByHand(station, at);
    if (elevation >= leastElevation) {
      open ??= { rise: at, top: elevation };
      open.top = Math.max(open.top, elevation);
    } else if (open !== undefined) {
      contacts.push({ ...open, set: at });
      open = undefined;
    }
  }
  return contacts;
}

describe("passes of a satellite", () => {
  const orbit = orbitOf(eagle);
  const passes = findPasses(orbit, stations, { from, to });

  it("agree with a propagation that shares no code: contacts within 8 seconds, heights within 1 degree", () => {
    for (const station of stations) {
      const ours = passes.filter((pass) => pass.station === station.id && pass.maxElevationDeg > 12);
      const theirs = contactsByHand(station).filter(({ top }) => top > 11);
      expect(ours.length).toBeGreaterThan(3);
      for (const { rise, top } of theirs) {
        if (top < 13 || rise < from + 600_000 || rise > to - 600_000) continue;
        expect(ours.some((pass) => Math.abs(pass.rise - rise) < 60_000)).toBe(true);
      }
      for (const pass of ours) {
        const same = theirs.find(({ rise }) => Math.abs(rise - pass.rise) < 60_000);
        expect(same, `${station.id} at ${new Date(pass.rise).toISOString()}`).toBeDefined();
        if (same === undefined) continue;
        expect(Math.abs(same.rise - pass.rise)).toBeLessThan(8000);
        expect(Math.abs(same.set - pass.set)).toBeLessThan(8000);
        expect(Math.abs(same.top - pass.maxElevationDeg)).toBeLessThan(1);
      }
    }
  });

  it("begin and end at the least elevation and are highest in between", () => {
    for (const pass of passes) {
      const station = stations.find(({ id }) => id === pass.station) as (typeof stations)[number];
      const ground = groundAt(station.lat, station.lon);
      const at = (time: number) => lookAt(ground, orbit.positionAt(time));
      expect(at(pass.rise).elevationDeg).toBeCloseTo(leastElevation, 1);
      expect(at(pass.set).elevationDeg).toBeCloseTo(leastElevation, 1);
      for (const shift of [-5000, 5000]) {
        expect(at(pass.culmination + shift).elevationDeg).toBeLessThanOrEqual(pass.maxElevationDeg);
      }
      // A 500 km orbit is above 10° for at most seven and a half minutes.
      expect(pass.set - pass.rise).toBeLessThan(450_000);
    }
  });

  it("are where a round Earth says a satellite of that height is, to two per cent of the distance", () => {
    const high = passes.reduce((best, pass) => (pass.maxElevationDeg > best.maxElevationDeg ? pass : best));
    const station = stations.find(({ id }) => id === high.station) as (typeof stations)[number];
    const ground = groundAt(station.lat, station.lon);
    for (let time = high.rise; time < high.set; time += 20_000) {
      const look = lookAt(ground, orbit.positionAt(time));
      const { altitudeKm } = placeUnder(orbit.positionAt(time));
      expect(Math.abs(look.rangeKm / slantRangeKm(look.elevationDeg, altitudeKm) - 1)).toBeLessThan(0.02);
    }
  });

  it("keep to the same local hour all year, as a sun-synchronous orbit does", () => {
    const hours = [0, 6, 10].map((month) => {
      const start = Date.UTC(2026, month, 20);
      const near = findPasses(orbit, stations.slice(0, 1), { from: start, to: start + 3 * 86_400_000 });
      const evening = near.filter((pass) => localHour(pass, -16.51) > 17 || localHour(pass, -16.51) < 5);
      return evening.reduce((sum, pass) => sum + ((localHour(pass, -16.51) + 12) % 24), 0) / evening.length;
    });
    // Half past ten in the evening, give or take one turn: 10.5 hours after noon.
    for (const hour of hours) expect(Math.abs(hour - 10.5)).toBeLessThan(1.2);
  });

  it("fall into night and day as the Sun says", () => {
    const redu = groundAt(50.002, 5.146);
    // Equinox: about 40° at noon and −40° at midnight of the Sun's own time there.
    expect(sunElevation(redu, Date.UTC(2026, 2, 20, 11, 47))).toBeCloseTo(40, 0);
    expect(sunElevation(redu, Date.UTC(2026, 2, 20, 23, 47))).toBeCloseTo(-40, 0);
  });

  it("are refused for an orbit that has none", () => {
    expect(() => orbitOf({ ...eagle, orbit: "GEO", altitudeKm: 35_786 })).toThrow("no passes");
  });
});

function localHour(pass: Pass, lon: number): number {
  return (((pass.culmination / 3_600_000 + lon / 15) % 24) + 24) % 24;
}
