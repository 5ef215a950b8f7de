import type { Link, Topology } from "../../../lib/network/topology.ts";

export interface Edge {
  readonly a: number;
  readonly b: number;
  readonly key: number;
}

/** A network of `size` sites named site-0, site-1 … with one fibre per edge. */
export function graphOf(size: number, edges: readonly Edge[]): { topology: Topology; key: number[] } {
  const names = Array.from({ length: size }, (_, index) => `site-${index}`);
  const keyLinks = edges.map(
    ({ a, b }, index): Link => ({
      id: `link-${index}`,
      a: names[a]!,
      b: names[b]!,
      kind: "fibre",
      lengthKm: 1,
      lossDb: 1,
      provenance: "synthetic",
      active: true,
    }),
  );
  const topology: Topology = {
    name: "generated",
    description: "",
    sites: [],
    links: keyLinks,
    keyLinks,
    keySites: names,
    satellites: [],
    sources: {},
  };
  return { topology, key: edges.map((edge) => edge.key) };
}
