import { buildGraph, type Graph } from "./graph.ts";
import { createRouteSearch, type RouteSearch } from "./route-search.ts";
import type { Topology } from "./topology.ts";

export interface RouteRequest {
  readonly from: string;
  readonly to: string;
  /** Key each link of the route must have, in bytes: the key itself and what its relay costs per hop. */
  readonly bytes: number;
  readonly avoidSites?: ReadonlySet<string>;
  readonly avoidLinks?: ReadonlySet<string>;
  /** "forbid" leaves space links out. Default "allow". */
  readonly space?: "allow" | "forbid";
}

export interface Route {
  /** From `from` to `to`, both included. */
  readonly sites: readonly string[];
  /** One link per hop, in order. */
  readonly links: readonly string[];
  readonly bottleneckLink: string;
  readonly bottleneckBytes: number;
}

/** Key available on link `index` of Topology.keyLinks, in bytes; 0 where the link is not usable. */
export type KeyOnLink = (index: number) => number;

export interface RouterOptions {
  /**
   * A link with at least this much key (bytes) is as good as any other; below, amounts are compared in octaves.
   * Without it a route would wander over the whole continent to gain one byte. Default 65,536 (a quarter of a pool).
   */
  readonly plentyBytes?: number;
}

export interface Router {
  /**
   * The route with the most key on its scarcest link (to within an octave, see plentyBytes), among those the one
   * with the fewest hops, among those the one whose scarcest link has most. Every site that holds key may relay,
   * posts included; MDI hubs hold none and never do. Key of the satellite is scarce and shared by the continent: space
   * links are taken only where fibre alone gives no route. Undefined when no route has enough key.
   */
  route(request: RouteRequest): Route | undefined;
  /** The shortest route if key were no question: what would have to recover. Undefined when nothing joins the two. */
  routeIgnoringKey(request: RouteRequest): Route | undefined;
}

const defaultPlenty = 65_536;

/** A router over the key links of `topology`. It reads `keyOn` afresh for every route and keeps nothing of it. */
export function createRouter(topology: Topology, keyOn: KeyOnLink, options: RouterOptions = {}): Router {
  const graph = buildGraph(topology);
  const search = createRouteSearch(graph);
  const plenty = Math.max(1, options.plentyBytes ?? defaultPlenty);
  const find = (request: RouteRequest, key: KeyOnLink, enough: number): Route | undefined => {
    const from = graph.indexOf.get(request.from);
    const to = graph.indexOf.get(request.to);
    if (from === undefined || to === undefined || from === to) return undefined;
    if (request.avoidSites?.has(request.from) === true || request.avoidSites?.has(request.to) === true) {
      return undefined;
    }
    blockSites(graph, search, request.avoidSites);
    for (const space of request.space === "forbid" ? [false] : [false, true]) {
      loadKey(graph, search, request, space, key);
      if (widest(search, from, to, Math.max(1, request.bytes), enough))
        return readRoute(graph, search, from, to);
    }
    return undefined;
  };
  return {
    route: (request) => find(request, keyOn, plenty),
    routeIgnoringKey: (request) => find(request, () => Number.MAX_SAFE_INTEGER, 1),
  };
}

function loadKey(
  graph: Graph,
  search: RouteSearch,
  { avoidLinks }: RouteRequest,
  space: boolean,
  key: KeyOnLink,
): void {
  for (let link = 0; link < graph.links.length; link++) {
    const id = graph.links[link] as string;
    const skipped = (!space && graph.isSpace[link] === 1) || avoidLinks?.has(id) === true;
    search.key[link] = skipped ? 0 : key(link);
  }
}

function blockSites(graph: Graph, search: RouteSearch, avoid: ReadonlySet<string> | undefined): void {
  search.blocked.fill(0);
  if (avoid === undefined) return;
  for (const site of avoid) {
    const index = graph.indexOf.get(site);
    if (index !== undefined) search.blocked[index] = 1;
  }
}

/** Leaves the best tree in `search` and answers true, or false when even `need` is too much. */
function widest(search: RouteSearch, from: number, to: number, need: number, plenty: number): boolean {
  const steps: number[] = [need];
  for (let step = 2 ** Math.ceil(Math.log2(need + 1)); step < plenty; step *= 2) steps.push(step);
  if (plenty > need) steps.push(plenty);
  let best = steps.length - 1;
  if (search.run(from, to, steps[best] as number)) return true;
  let low = -1;
  let lastRun = best;
  while (best - low > 1) {
    lastRun = (low + best) >> 1;
    if (search.run(from, to, steps[lastRun] as number)) low = lastRun;
    else best = lastRun;
  }
  if (low < 0) return false;
  return lastRun === low || search.run(from, to, steps[low] as number);
}

function readRoute(graph: Graph, search: RouteSearch, from: number, to: number): Route {
  const sites: string[] = [graph.sites[to] as string];
  const links: string[] = [];
  let bottleneck = -1;
  for (let at = to; at !== from; ) {
    const link = search.linkInto[at] as number;
    links.push(graph.links[link] as string);
    if (bottleneck < 0 || (search.key[link] as number) < (search.key[bottleneck] as number))
      bottleneck = link;
    at = search.siteBefore[at] as number;
    sites.push(graph.sites[at] as string);
  }
  return {
    sites: sites.reverse(),
    links: links.reverse(),
    bottleneckLink: graph.links[bottleneck] as string,
    bottleneckBytes: search.key[bottleneck] as number,
  };
}
