"use client";

import { useMemo } from "react";
import { useSites } from "../network/site-directory.ts";
import { useLand } from "./land.ts";
import { boxAround, type Point, project } from "./projection.ts";

/** A route on a small map that only shows: the list under it says the same. */
export function RouteMap({ routes }: { routes: readonly (readonly string[])[] }) {
  const sites = useSites();
  const land = useLand();
  const { paths, dots, ends, box } = useMemo(() => {
    const place = (id: string): Point | null => {
      const site = sites.get(id);
      return site ? project(site.lon, site.lat) : null;
    };
    const lines = routes.map((route) => route.map(place).filter((point) => point !== null));
    const all = lines.flat();
    return {
      paths: lines.map((line) => line.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x} ${y}`).join("")),
      dots: lines.flatMap((line) => line.slice(1, -1)),
      ends: lines.flatMap((line) => [line[0], line.at(-1)].filter((point) => point !== undefined)),
      box: boxAround(all, 0.25, 90),
    };
  }, [routes, sites]);
  const thin = { vectorEffect: "non-scaling-stroke", fill: "none", strokeLinecap: "round" } as const;
  return (
    <svg
      viewBox={`${box.x} ${box.y} ${box.width} ${box.height}`}
      className="h-44 w-full rounded-md bg-sea"
      aria-hidden="true"
      focusable="false"
    >
      {land ? (
        <>
          <path
            d={land.land}
            className="fill-land stroke-coast"
            strokeWidth={0.75}
            vectorEffect="non-scaling-stroke"
          />
          <path d={land.borders} className="stroke-coast" strokeWidth={0.75} {...thin} />
        </>
      ) : null}
      {paths.map((d) => (
        <path key={d} d={d} className="stroke-accent" strokeWidth={2.5} strokeLinejoin="round" {...thin} />
      ))}
      <path
        d={dots.map(([x, y]) => `M${x} ${y}h0`).join("")}
        className="stroke-ink-soft"
        strokeWidth={5}
        {...thin}
      />
      <path
        d={ends.map(([x, y]) => `M${x} ${y}h0`).join("")}
        className="stroke-surface"
        strokeWidth={13}
        {...thin}
      />
      <path
        d={ends.map(([x, y]) => `M${x} ${y}h0`).join("")}
        className="stroke-ink"
        strokeWidth={9}
        {...thin}
      />
    </svg>
  );
}
