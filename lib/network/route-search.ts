import type { Graph } from "./graph.ts";

/** Arrays of one router, reused for every search; the caller fills `key` and `blocked` first. */
export interface RouteSearch {
  /** Bytes on each link; 0 = not usable. */
  readonly key: Float64Array;
  /** 1 where a site may not be entered. */
  readonly blocked: Uint8Array;
  /** After a successful run: the site and the link by which the best route enters each site. */
  readonly siteBefore: Int32Array;
  readonly linkInto: Int32Array;
  /** After a run: hops from the nearest source, −1 where the run did not come. */
  readonly hops: Int32Array;
  /**
   * Breadth first over links with at least `least` bytes: fewest hops from the nearest of `sources`, and among equals
   * the largest bottleneck (a site's width is final before its layer is left, because all its predecessors are one
   * layer earlier). Without `to` it goes everywhere and answers true.
   */
  run(sources: readonly number[], to: number | undefined, least: number): boolean;
}

export function createRouteSearch(graph: Graph): RouteSearch {
  const { firstEdge, edgeSite, edgeLink } = graph;
  const count = graph.sites.length;
  const key = new Float64Array(graph.links.length);
  const blocked = new Uint8Array(count);
  const siteBefore = new Int32Array(count);
  const linkInto = new Int32Array(count);
  const hops = new Int32Array(count);
  const width = new Float64Array(count);
  const queue = new Int32Array(count);

  const run = (sources: readonly number[], to: number | undefined, least: number): boolean => {
    hops.fill(-1);
    let tail = 0;
    for (const source of sources) {
      hops[source] = 0;
      width[source] = Number.POSITIVE_INFINITY;
      queue[tail++] = source;
    }
    for (let head = 0; head < tail; head++) {
      const site = queue[head] as number;
      const layer = hops[site] as number;
      if (to !== undefined && hops[to] !== -1 && layer >= (hops[to] as number)) break;
      const end = firstEdge[site + 1] as number;
      for (let edge = firstEdge[site] as number; edge < end; edge++) {
        const link = edgeLink[edge] as number;
        const bytes = key[link] as number;
        const next = edgeSite[edge] as number;
        if (bytes < least || blocked[next] === 1) continue;
        const known = hops[next] as number;
        const through = Math.min(width[site] as number, bytes);
        if (known === -1) queue[tail++] = next;
        else if (known !== layer + 1 || through <= (width[next] as number)) continue;
        hops[next] = layer + 1;
        width[next] = through;
        siteBefore[next] = site;
        linkInto[next] = link;
      }
    }
    return to === undefined || hops[to] !== -1;
  };
  return { key, blocked, siteBefore, linkInto, hops, run };
}
