import { isSpaceLink } from "./space-link.ts";
import type { Topology } from "./topology.ts";

/** The key links as arrays: edges of site s are at edgeSite/edgeLink[firstEdge[s] … firstEdge[s + 1] − 1]. */
export interface Graph {
  readonly sites: readonly string[];
  /** Identifiers of key links; their index is the link index. */
  readonly links: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly firstEdge: Int32Array;
  readonly edgeSite: Int32Array;
  readonly edgeLink: Int32Array;
  /** 1 where the link goes to a satellite. */
  readonly isSpace: Uint8Array;
}

export function buildGraph(topology: Topology): Graph {
  const sites = topology.keySites;
  const indexOf = new Map(sites.map((site, index) => [site, index]));
  const edges: { from: number; to: number; link: number }[] = [];
  for (const [link, { a, b }] of topology.keyLinks.entries()) {
    const from = indexOf.get(a) as number;
    const to = indexOf.get(b) as number;
    edges.push({ from, to, link }, { from: to, to: from, link });
  }
  edges.sort((one, other) => one.from - other.from || one.link - other.link);
  const firstEdge = new Int32Array(sites.length + 1);
  for (const { from } of edges) firstEdge[from + 1] = (firstEdge[from + 1] as number) + 1;
  for (let site = 0; site < sites.length; site++) {
    firstEdge[site + 1] = (firstEdge[site + 1] as number) + (firstEdge[site] as number);
  }
  return {
    sites,
    links: topology.keyLinks.map((link) => link.id),
    indexOf,
    firstEdge,
    edgeSite: Int32Array.from(edges, (edge) => edge.to),
    edgeLink: Int32Array.from(edges, (edge) => edge.link),
    isSpace: Uint8Array.from(topology.keyLinks, (link) => (isSpaceLink(link) ? 1 : 0)),
  };
}
