import { geoPath } from "d3-geo";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { projection } from "./projection.ts";

/** World Atlas's file of countries (Natural Earth). */
export type Atlas = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;

/** Land and its inner borders as SVG path data, in units of the projection. */
export interface DrawnLand {
  readonly land: string;
  readonly borders: string;
  /** The states of the Union by ISO 3166 code. */
  readonly countries: Readonly<Record<string, string>>;
}

/** How the atlas numbers the states of the Union (ISO 3166-1). */
const numbers: Readonly<Record<string, string>> = {
  AT: "040",
  BE: "056",
  BG: "100",
  CY: "196",
  CZ: "203",
  DE: "276",
  DK: "208",
  EE: "233",
  ES: "724",
  FI: "246",
  FR: "250",
  GR: "300",
  HR: "191",
  HU: "348",
  IE: "372",
  IT: "380",
  LT: "440",
  LU: "442",
  LV: "428",
  MT: "470",
  NL: "528",
  PL: "616",
  PT: "620",
  RO: "642",
  SE: "752",
  SI: "705",
  SK: "703",
};

/** Draws the atlas: too long for a page (0.15 s of processor time), so it is done once, by scripts/draw-land.mjs. */
export function drawLand(atlas: Atlas): DrawnLand {
  const path = geoPath(projection).digits(1);
  const shapes = new Map(atlas.objects.countries.geometries.map((one) => [String(one.id), one]));
  const countries = Object.entries(numbers).map(([code, number]) => {
    const shape = shapes.get(number);
    return [code, shape ? (path(feature(atlas, shape)) ?? "") : ""];
  });
  return {
    countries: Object.fromEntries(countries),
    land: path(feature(atlas, atlas.objects.land)) ?? "",
    borders: path(mesh(atlas, atlas.objects.countries, (a, b) => a !== b)) ?? "",
  };
}
