import { describe, expect, it } from "vitest";
import { clearShare, createWeather, steerWeather } from "../../lib/network/weather.ts";

const stations = [
  { id: "tenerife", lat: 28.3 },
  { id: "helsinki", lat: 60.2 },
];
const hour = 3_600_000;
const start = Date.UTC(2026, 10, 2);

describe("the weather over stations", () => {
  const weather = createWeather(stations, 1);

  it("is the same again for the same seed and another for another", () => {
    const skies = (seed: number) => {
      const other = createWeather(stations, seed);
      return Array.from({ length: 500 }, (_, i) => other.skyAt("tenerife", start + i * hour)).join();
    };
    expect(skies(1)).toBe(skies(1));
    expect(skies(1)).not.toBe(skies(2));
  });

  it("is clear for the share of hours of its latitude, and stays as it is more often than chance", () => {
    for (const { id, lat } of stations) {
      const hours = 20_000;
      let clear = 0;
      let same = 0;
      for (let i = 0; i < hours; i++) {
        const sky = weather.skyAt(id, start + i * hour);
        if (sky === "clear") clear++;
        if (sky === weather.skyAt(id, start + (i + 1) * hour)) same++;
      }
      expect(Math.abs(clear / hours - clearShare(lat))).toBeLessThan(0.05);
      expect(same / hours).toBeGreaterThan(0.9);
    }
  });

  it("can be told an hour ahead but not a week ahead", () => {
    const now = start + 30 * hour;
    const known = weather.skyAt("tenerife", now) === "clear" ? 1 : 0;
    expect(weather.clearProbability("tenerife", now, now)).toBe(known);
    expect(weather.clearProbability("tenerife", now, now + 168 * hour)).toBeCloseTo(clearShare(28.3), 3);
  });

  it("is what was ordered over one station until it is given back, and natural over the others", () => {
    const steered = steerWeather(weather);
    const natural = weather.skyAt("tenerife", start);
    const ordered = natural === "clear" ? "cloudy" : "clear";
    steered.steer("tenerife", ordered);
    expect(steered.skyAt("tenerife", start)).toBe(ordered);
    expect(steered.clearProbability("tenerife", start, start + hour)).toBe(ordered === "clear" ? 1 : 0);
    expect(steered.skyAt("helsinki", start)).toBe(weather.skyAt("helsinki", start));
    steered.steer("tenerife", null);
    expect(steered.skyAt("tenerife", start)).toBe(natural);
  });
});
