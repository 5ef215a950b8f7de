"use client";

import { geoPath } from "d3-geo";
import { useEffect, useState } from "react";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { projection } from "./projection.ts";

/** Land and its inner borders as SVG path data. */
export interface Land {
  readonly land: string;
  readonly borders: string;
  /** The states of the Union by ISO 3166 code. */
  readonly countries: ReadonlyMap<string, string>;
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

let drawn: Promise<Land> | undefined;

/** Natural Earth at 1:50 million, bundled; fetched and drawn once, when the first map appears. */
function drawLand(): Promise<Land> {
  drawn ??= import("world-atlas/countries-50m.json").then((file) => {
    const atlas = file.default as unknown as Topology<{
      countries: GeometryCollection;
      land: GeometryCollection;
    }>;
    const path = geoPath(projection).digits(1);
    const shapes = new Map(atlas.objects.countries.geometries.map((one) => [String(one.id), one]));
    const countries = Object.entries(numbers).map(([code, number]) => {
      const shape = shapes.get(number);
      return [code, shape ? (path(feature(atlas, shape)) ?? "") : ""] as const;
    });
    return {
      countries: new Map(countries),
      land: path(feature(atlas, atlas.objects.land)) ?? "",
      borders: path(mesh(atlas, atlas.objects.countries, (a, b) => a !== b)) ?? "",
    };
  });
  drawn.catch(() => {
    drawn = undefined;
  });
  return drawn;
}

export function useLand(): Land | null {
  const [land, setLand] = useState<Land | null>(null);
  useEffect(() => {
    let gone = false;
    drawLand().then(
      (paths) => gone || setLand(paths),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, []);
  return land;
}
