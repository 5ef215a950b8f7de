"use client";

import { useEffect, useState } from "react";
import type { DrawnLand } from "./draw-land.ts";

/** Land and its inner borders as SVG path data. */
export interface Land {
  readonly land: string;
  readonly borders: string;
  /** The states of the Union by ISO 3166 code. */
  readonly countries: ReadonlyMap<string, string>;
}

let drawn: Promise<Land> | undefined;

/** Natural Earth at 1:50 million as scripts/draw-land.mjs drew it; fetched once, when the first map appears. */
function fetchLand(): Promise<Land> {
  drawn ??= import("./land-drawn.json").then((file) => {
    const { land, borders, countries }: DrawnLand = file.default;
    return { land, borders, countries: new Map(Object.entries(countries)) };
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
    fetchLand().then(
      (paths) => gone || setLand(paths),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, []);
  return land;
}
