"use client";

import { useMemo } from "react";
import { type SiteDirectory, useSites } from "../network/site-directory.ts";
import { useLand } from "./land.ts";
import { boxAround, type Point, project } from "./projection.ts";

/** A route on a small map that only shows: the list under it says the same. */
export function RouteMap({ routes }: { routes: readonly (readonly string[])[] }) {
  const sites = useSites();
  const land = useLand();
  const { paths, passes, dots, ends, box } = useMemo(() => drawRoutes(routes, sites), [routes, sites]);
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
      {passes.map((d) => (
        <path key={d} d={d} className="stroke-accent" strokeWidth={2} strokeDasharray="3 5" {...thin} />
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

/** Lines between sites on the ground; what goes by a satellite, which has no place, is a pass between two stations. */
function drawRoutes(routes: readonly (readonly string[])[], sites: SiteDirectory) {
  const paths: string[] = [];
  const passes: string[] = [];
  const dots: Point[] = [];
  const ends: Point[] = [];
  for (const route of routes) {
    let last: Point | null = null;
    let overSpace = false;
    route.forEach((id, index) => {
      const site = sites.get(id);
      if (!site || site.lat === null || site.lon === null) {
        overSpace = true;
        return;
      }
      const point = project(site.lon, site.lat);
      if (last) (overSpace ? passes : paths).push(`M${last[0]} ${last[1]}L${point[0]} ${point[1]}`);
      (index === 0 || index === route.length - 1 ? ends : dots).push(point);
      last = point;
      overSpace = false;
    });
  }
  return { paths, passes, dots, ends, box: boxAround([...dots, ...ends], 0.25, 90) };
}
