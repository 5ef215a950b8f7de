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
}

let drawn: Promise<Land> | undefined;

/** Natural Earth at 1:50 million, bundled; fetched and drawn once, when the first map appears. */
function drawLand(): Promise<Land> {
  drawn ??= import("world-atlas/countries-50m.json").then((file) => {
    const atlas = file.default as unknown as Topology<{
      countries: GeometryCollection;
      land: GeometryCollection;
    }>;
    const path = geoPath(projection).digits(1);
    return {
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
