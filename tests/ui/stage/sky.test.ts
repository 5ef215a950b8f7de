import { describe, expect, it } from "vitest";
import { groundAt } from "../../../lib/network/earth.ts";
import { leastElevation as passElevation } from "../../../lib/network/passes.ts";
import { sunElevation } from "../../../lib/network/sun.ts";
import {
  footprintPath,
  footprintRadius,
  leastElevation,
  nightPath,
  sunOver,
} from "../../../lib/ui/space/sky.ts";

const noon = Date.UTC(2026, 5, 21, 12);
const midnight = Date.UTC(2026, 11, 21, 0);

describe("the sky over the map", () => {
  it("puts the Sun where the simulated satellites' sky has it", () => {
    for (let hour = 0; hour < 24 * 365; hour += 131) {
      const at = Date.UTC(2026, 0, 1, hour);
      const { lat, lon } = sunOver(at);
      expect(sunElevation(groundAt(lat, lon), at)).toBeGreaterThan(89.5);
    }
  });

  it("lies under night at midnight and not at noon of a summer's day", () => {
    expect(nightPath(midnight).length).toBeGreaterThan(20);
    expect(nightPath(noon)).toBe("");
  });

  it("draws the circle in which a contact counts as one", () => {
    expect(leastElevation).toBe(passElevation);
    // 500 km up: 14° of arc, 1,560 km on the ground (geometry of a sphere).
    expect(footprintRadius(500)).toBeCloseTo(14.05, 0);
    expect(footprintPath({ lat: 45, lon: 10 }, 500)).toMatch(/^M/);
    expect(footprintPath({ lat: -40, lon: 170 }, 500)).toBe("");
  });
});
