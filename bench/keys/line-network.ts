import { loadTopology } from "../../lib/network/load-topology.ts";
import type { Topology } from "../../lib/network/topology.ts";

/** Hops from the first site at which there is a site with a KME listener and an SAE. */
export const distances = [1, 2, 10, 40] as const;

export function siteAt(hop: number): string {
  return `site-${hop}`;
}

/** 41 sites in a row, so that key for the site `n` places on crosses exactly `n` links. */
export function lineNetwork(): Topology {
  const length = Math.max(...distances);
  const ends = new Set<number>([0, ...distances]);
  const sites = Array.from({ length: length + 1 }, (_, hop) => ({
    id: siteAt(hop),
    name: `Site ${hop}`,
    country: "PT",
    lat: 38,
    lon: -9 + hop / 10,
    kind: ends.has(hop) ? "endpoint" : "trusted-node",
    provenance: "synthetic",
  }));
  const links = Array.from({ length }, (_, hop) => ({
    a: siteAt(hop),
    b: siteAt(hop + 1),
    kind: "fibre",
    lengthKm: 50,
    lossDb: 12.5,
    provenance: "synthetic",
  }));
  return loadTopology({ name: "line", sites, links });
}
