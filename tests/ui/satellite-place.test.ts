import { describe, expect, it } from "vitest";
import { project } from "../../lib/ui/map/projection.ts";
import { placeAt, pointOnMap, trackPath } from "../../lib/ui/space/satellite-place.ts";

const track = [
  { at: 0, lat: 60, lon: 20, altitudeKm: 500 },
  { at: 60_000, lat: 56, lon: 18, altitudeKm: 500 },
  { at: 120_000, lat: -60, lon: 179, altitudeKm: 500 },
  { at: 180_000, lat: -62, lon: -179, altitudeKm: 500 },
];

describe("a satellite on the map", () => {
  it("moves between the points of its track, also over the date line", () => {
    expect(placeAt(track, 30_000)).toEqual({ lat: 58, lon: 19 });
    expect(placeAt(track, 150_000)?.lon).toBeCloseTo(180, 6);
  });

  it("has no place beyond what is known", () => {
    expect(placeAt(track, 180_001)).toBeNull();
    expect(placeAt([], 0)).toBeNull();
  });

  it("is drawn over Europe and not while it is elsewhere", () => {
    expect(pointOnMap({ lat: 58, lon: 19 })).toEqual(project(19, 58));
    expect(pointOnMap({ lat: -60, lon: 179 })).toBeNull();
    expect(trackPath(track).match(/M/g)).toHaveLength(1);
    expect(trackPath(track).match(/L/g)).toHaveLength(1);
  });
});
