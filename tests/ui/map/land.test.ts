import { expect, it } from "vitest";
import atlas from "world-atlas/countries-50m.json" with { type: "json" };
import { type Atlas, drawLand } from "../../../lib/ui/map/draw-land.ts";
import land from "../../../lib/ui/map/land-drawn.json" with { type: "json" };

it("is the land that the atlas and the projection of today give", () => {
  const drawn = drawLand(atlas as unknown as Atlas);
  const stale = "run node scripts/draw-land.mjs";
  expect(drawn.land === land.land, stale).toBe(true);
  expect(drawn.borders === land.borders, stale).toBe(true);
  expect(drawn.countries, stale).toEqual(land.countries);
});

it("has every state of the Union", () => {
  expect(Object.keys(land.countries)).toHaveLength(27);
  for (const path of Object.values(land.countries)) expect(path).toMatch(/^M-?\d/);
});
