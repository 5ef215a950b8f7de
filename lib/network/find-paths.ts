import { disjointPaths } from "./disjoint-paths.ts";
import type { Graph } from "./graph.ts";
import type { RouteRequest, TreeRequest } from "./route-request.ts";
import type { RouteSearch } from "./route-search.ts";
import { type Growth, growTree } from "./route-tree.ts";
import { hopsOf, joinPaths, type KeyOnLink, type Path, prepareSearch, reversePath } from "./widest-path.ts";

/** The graph, its search arrays, and which sites are satellites. */
export interface PathFinder {
  readonly graph: Graph;
  readonly search: RouteSearch;
  readonly satellites: readonly number[];
}

/** The branches of the best tree, see Router. */
export function findBranches(
  { graph, search, satellites }: PathFinder,
  request: TreeRequest,
  key: KeyOnLink,
  plenty: number,
): Path[] | undefined {
  const ends = [request.from, ...request.to].map((site) => graph.indexOf.get(site));
  if (ends.some((site) => site === undefined) || new Set(ends).size < ends.length) return undefined;
  if ([request.from, ...request.to].some((site) => request.avoidSites?.has(site) === true)) return undefined;
  const [root, ...targets] = ends as [number, ...number[]];
  const prepare = (space: boolean) => prepareSearch(graph, search, request, space, key);
  const growth: Growth = {
    need: Math.max(1, request.bytes),
    plenty,
    spaceTries: request.space === "forbid" ? [false] : [false, true],
  };
  if (request.space !== "require") return growTree(graph, search, prepare, root, targets, growth);
  if (targets.length === 1) {
    const path = satellitePath({ graph, search, satellites }, prepare, root, targets[0] as number, growth);
    return path === undefined ? undefined : [path];
  }
  const trees = satellites.flatMap((satellite) => {
    const [trunk] = growTree(graph, search, prepare, root, [satellite], growth) ?? [];
    if (trunk === undefined) return [];
    const tree = growTree(graph, search, prepare, root, targets, growth, trunk);
    return tree === undefined ? [] : [tree];
  });
  return trees.sort((one, other) => hopsOf(one) - hopsOf(other))[0];
}

/** Through a satellite: two ways from it to the two ends that share nothing. */
function satellitePath(
  { graph, search, satellites }: PathFinder,
  prepare: (space: boolean) => void,
  from: number,
  to: number,
  { need, plenty }: Growth,
): Path | undefined {
  for (const least of plenty > need ? [plenty, need] : [need]) {
    prepare(true);
    const paths = satellites.flatMap((satellite) => {
      if (search.blocked[satellite] === 1 || satellite === from || satellite === to) return [];
      const usable = (link: number): boolean => (search.key[link] as number) >= least;
      const halves = disjointPaths(
        withSink(graph, [from, to]),
        (link) => link >= graph.links.length || usable(link),
        search.blocked,
        { from: satellite, to: graph.sites.length },
        2,
      );
      const [one, other] = halves?.map(withoutSink) ?? [];
      if (one === undefined || other === undefined) return [];
      const [first, second] = one.sites.at(-1) === from ? [one, other] : [other, one];
      return [joinPaths([reversePath(first), second])];
    });
    const best = paths.sort((one, other) => one.links.length - other.links.length)[0];
    if (best !== undefined) return best;
  }
  return undefined;
}

/** The graph with one more site that only `ends` lead to, each by a link of its own. */
function withSink(graph: Graph, ends: readonly number[]): Graph {
  const sink = graph.sites.length;
  const edgeSite: number[] = [];
  const edgeLink: number[] = [];
  const firstEdge = [0];
  for (let site = 0; site < sink; site++) {
    const [start, end] = [graph.firstEdge[site] as number, graph.firstEdge[site + 1] as number];
    edgeSite.push(...graph.edgeSite.subarray(start, end));
    edgeLink.push(...graph.edgeLink.subarray(start, end));
    const extra = ends.indexOf(site);
    if (extra >= 0) {
      edgeSite.push(sink);
      edgeLink.push(graph.links.length + extra);
    }
    firstEdge.push(edgeSite.length);
  }
  firstEdge.push(edgeSite.length);
  return {
    ...graph,
    sites: [...graph.sites, ""],
    firstEdge: Int32Array.from(firstEdge),
    edgeSite: Int32Array.from(edgeSite),
    edgeLink: Int32Array.from(edgeLink),
  };
}

function withoutSink({ sites, links }: Path): Path {
  return { sites: sites.slice(0, -1), links: links.slice(0, -1) };
}

/** `count` paths without a common site but their ends; each threshold (bytes a link must have) is tried in turn. */
export function findDisjoint(
  finder: PathFinder,
  request: RouteRequest,
  count: number,
  key: KeyOnLink,
  thresholds: readonly number[],
): Path[] | undefined {
  const { graph, search } = finder;
  const from = graph.indexOf.get(request.from);
  const to = graph.indexOf.get(request.to);
  if (from === undefined || to === undefined || from === to) return undefined;
  if (request.avoidSites?.has(request.from) === true || request.avoidSites?.has(request.to) === true)
    return undefined;
  if (request.space === "require") return oneThroughSpace(finder, request, count, key, thresholds);
  for (const space of request.space === "forbid" ? [false] : [false, true]) {
    prepareSearch(graph, search, request, space, key);
    for (const least of thresholds) {
      const usable = (link: number): boolean => (search.key[link] as number) >= Math.max(1, least);
      const paths = disjointPaths(graph, usable, search.blocked, { from, to }, count);
      if (paths !== undefined) return paths;
    }
  }
  return undefined;
}

/** One of the routes passes a satellite; the others avoid everything on it. */
function oneThroughSpace(
  finder: PathFinder,
  request: RouteRequest,
  count: number,
  key: KeyOnLink,
  thresholds: readonly number[],
): Path[] | undefined {
  const { graph } = finder;
  const branches = findBranches(finder, { ...request, to: [request.to] }, key, thresholds[0] ?? 1);
  if (branches === undefined) return undefined;
  const first = joinPaths(branches);
  if (count === 1) return [first];
  const inside = first.sites.slice(1, -1).map((site) => graph.sites[site] as string);
  const avoidSites = new Set([...(request.avoidSites ?? []), ...inside]);
  const others = findDisjoint(finder, { ...request, avoidSites, space: "allow" }, count - 1, key, thresholds);
  return others === undefined ? undefined : [first, ...others];
}
