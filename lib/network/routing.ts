import { findBranches, findDisjoint } from "./find-paths.ts";
import { buildGraph, type Graph } from "./graph.ts";
import { keepsLast, RouteMemory } from "./route-memory.ts";
import type { RouteRequest, TreeRequest } from "./route-request.ts";
import { createRouteSearch } from "./route-search.ts";
import type { Topology } from "./topology.ts";
import { gradeOf, hopsOf, joinPaths, type KeyOnLink, type Path, reversePath } from "./widest-path.ts";

export interface Route {
  /** From `from` to `to`, both included. */
  readonly sites: readonly string[];
  /** One link per hop, in order. */
  readonly links: readonly string[];
  readonly bottleneckLink: string;
  readonly bottleneckBytes: number;
}

export interface TreeHop {
  readonly link: string;
  readonly from: string;
  readonly to: string;
}

/** Every place of `to` reached over hops of which each is used once, however many places lie behind it. */
export interface RouteTree {
  /** A hop comes after the one that reaches its `from`. */
  readonly hops: readonly TreeHop[];
  /** The way to each place of the request, in its order. */
  readonly routes: readonly (readonly string[])[];
  readonly bottleneckBytes: number;
}

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
   * with the fewest hops, among those the one whose scarcest link has most; but the one used last where that is no
   * worse (see keepsLast), the same in both directions. Every site that holds key may relay, posts included; MDI hubs
   * hold none and never do. Key of the satellite is scarce and shared by the continent: space links are taken only
   * where fibre alone gives no route. Undefined when no route has enough key.
   */
  route(request: RouteRequest): Route | undefined;
  /** One tree to all places, chosen as a route is. */
  tree(request: TreeRequest): RouteTree | undefined;
  /** `count` routes that share no site but their ends; undefined when there are not so many. The first is shortest. */
  disjoint(request: RouteRequest, count: number): Route[] | undefined;
  /** The shortest route if key were no question: what would have to recover. Undefined when nothing joins the two. */
  routeIgnoringKey(request: RouteRequest): Route | undefined;
  /** The same for disjoint routes. */
  disjointIgnoringKey(request: RouteRequest, count: number): Route[] | undefined;
}

const defaultPlenty = 65_536;

/** A router over the key links of `topology`. It reads `keyOn` afresh for every route and keeps only what it chose. */
export function createRouter(topology: Topology, keyOn: KeyOnLink, options: RouterOptions = {}): Router {
  const graph = buildGraph(topology);
  const search = createRouteSearch(graph);
  const plenty = Math.max(1, options.plentyBytes ?? defaultPlenty);
  const satellites = topology.satellites.flatMap(({ id }) => graph.indexOf.get(id) ?? []);
  const finder = { graph, search, satellites };
  const memory = new RouteMemory<readonly Path[]>();
  const whatever: KeyOnLink = () => Number.MAX_SAFE_INTEGER;

  const remembered = (request: TreeRequest): Path[] | undefined => {
    const found = findBranches(finder, request, keyOn, plenty);
    if (found === undefined) return undefined;
    const name = nameOf(request);
    const last = memory.get(name);
    if (last !== undefined && isSameWay(last, found)) return found;
    const need = Math.max(1, request.bytes);
    const standing = (branches: readonly Path[]) => ({
      grade: gradeOf(leastKey(branches, keyOn), need, plenty),
      hops: hopsOf(branches),
      space: branches.some(({ links }) => links.some((link) => graph.isSpace[link] === 1)),
    });
    const chosen = last !== undefined && keepsLast(standing(last), standing(found)) ? [...last] : found;
    memory.set(name, chosen);
    return chosen;
  };
  const oneRoute = (request: RouteRequest, find: (request: TreeRequest) => Path[] | undefined) => {
    // The same way for both directions: a search from the other end might decide a tie differently.
    const backwards = request.from > request.to;
    const [from, to] = backwards ? [request.to, request.from] : [request.from, request.to];
    const branches = find({ ...request, from, to: [to] });
    if (branches === undefined) return undefined;
    const path = joinPaths(branches);
    return routeOf(graph, backwards ? reversePath(path) : path, keyOn);
  };
  return {
    route: (request) => oneRoute(request, remembered),
    tree(request) {
      if (request.to.length === 1) {
        const route = oneRoute({ ...request, to: request.to[0] as string }, remembered);
        return route === undefined ? undefined : straightTree(route);
      }
      const branches = remembered(request);
      return branches === undefined ? undefined : treeOf(graph, branches, request, leastKey(branches, keyOn));
    },
    disjoint: (request, count) =>
      findDisjoint(finder, request, count, keyOn, [plenty, request.bytes])?.map((path) =>
        routeOf(graph, path, keyOn),
      ),
    routeIgnoringKey: (request) => oneRoute(request, (tree) => findBranches(finder, tree, whatever, 1)),
    disjointIgnoringKey: (request, count) =>
      findDisjoint(finder, request, count, whatever, [1])?.map((path) => routeOf(graph, path, keyOn)),
  };
}

function nameOf({ from, to, avoidSites, avoidLinks, space = "allow" }: TreeRequest): string {
  const list = (names: ReadonlySet<string> | undefined) =>
    names === undefined || names.size === 0 ? "" : [...names].sort().join(",");
  const ends = to.length === 1 ? to[0] : [...to].sort().join(",");
  return `${from}|${ends}|${list(avoidSites)}|${list(avoidLinks)}|${space}`;
}

function isSameWay(one: readonly Path[], other: readonly Path[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ links }, i) => {
      const others = other[i]?.links ?? [];
      return links.length === others.length && links.every((link, at) => link === others[at]);
    })
  );
}

function leastKey(branches: readonly Path[], key: KeyOnLink): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { links } of branches) for (const link of links) least = Math.min(least, key(link));
  return least;
}

function routeOf(graph: Graph, { sites, links }: Path, key: KeyOnLink): Route {
  let bottleneck = links[0] as number;
  for (const link of links) if (key(link) < key(bottleneck)) bottleneck = link;
  return {
    sites: sites.map((site) => graph.sites[site] as string),
    links: links.map((link) => graph.links[link] as string),
    bottleneckLink: graph.links[bottleneck] as string,
    bottleneckBytes: key(bottleneck),
  };
}

function straightTree({ sites, links, bottleneckBytes }: Route): RouteTree {
  const hops = links.map((link, i) => ({ link, from: sites[i] as string, to: sites[i + 1] as string }));
  return { hops, routes: [sites], bottleneckBytes };
}

function treeOf(
  graph: Graph,
  branches: readonly Path[],
  request: TreeRequest,
  bottleneckBytes: number,
): RouteTree {
  const wayTo = new Map<string, readonly string[]>([[request.from, [request.from]]]);
  const hops: TreeHop[] = [];
  for (const { sites, links } of branches) {
    for (const [i, link] of links.entries()) {
      const from = graph.sites[sites[i] as number] as string;
      const to = graph.sites[sites[i + 1] as number] as string;
      hops.push({ link: graph.links[link] as string, from, to });
      wayTo.set(to, [...(wayTo.get(from) as readonly string[]), to]);
    }
  }
  return { hops, routes: request.to.map((site) => wayTo.get(site) as readonly string[]), bottleneckBytes };
}
