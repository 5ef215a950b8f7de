import type { Graph } from "./graph.ts";
import type { RouteSearch } from "./route-search.ts";

/** Sites and links by their index; `links[i]` joins `sites[i]` and `sites[i + 1]`. */
export interface Path {
  readonly sites: readonly number[];
  readonly links: readonly number[];
}

/** Key available on link `index` of Topology.keyLinks, in bytes; 0 where the link is not usable. */
export type KeyOnLink = (index: number) => number;

/** What a route may not use. */
export interface Forbidden {
  readonly avoidSites?: ReadonlySet<string> | undefined;
  readonly avoidLinks?: ReadonlySet<string> | undefined;
}

/** Fills the arrays of `search`: key of every link that may be used, and the sites that may not be entered. */
export function prepareSearch(
  graph: Graph,
  search: RouteSearch,
  forbidden: Forbidden,
  space: boolean,
  key: KeyOnLink,
): void {
  for (let link = 0; link < graph.links.length; link++) {
    const skipped =
      (!space && graph.isSpace[link] === 1) ||
      forbidden.avoidLinks?.has(graph.links[link] as string) === true;
    search.key[link] = skipped ? 0 : key(link);
  }
  search.blocked.fill(0);
  for (const site of forbidden.avoidSites ?? []) {
    const index = graph.indexOf.get(site);
    if (index !== undefined) search.blocked[index] = 1;
  }
}

/**
 * In which octave between `need` and `plenty` an amount of key lies: 0 = less than twice the need or so. Amounts of one
 * grade are alike to a route; plenty and more is the highest grade.
 */
export function gradeOf(bytes: number, need: number, plenty: number): number {
  let grade = -1;
  for (const step of stepsBetween(need, plenty)) if (bytes >= step) grade++;
  return grade;
}

/**
 * The path from the nearest of `sources` to `to` with the most key on its scarcest link (by grade), then the fewest
 * hops, then the most key. Undefined when even `need` is too much.
 */
export function widestPath(
  search: RouteSearch,
  sources: readonly number[],
  to: number,
  need: number,
  plenty: number,
): Path | undefined {
  const steps = stepsBetween(need, plenty);
  let best = steps.length - 1;
  if (search.run(sources, to, steps[best] as number)) return readPath(search, to);
  let low = -1;
  let lastRun = best;
  while (best - low > 1) {
    lastRun = (low + best) >> 1;
    if (search.run(sources, to, steps[lastRun] as number)) low = lastRun;
    else best = lastRun;
  }
  if (low < 0) return undefined;
  if (lastRun !== low) search.run(sources, to, steps[low] as number);
  return readPath(search, to);
}

function stepsBetween(need: number, plenty: number): number[] {
  const steps: number[] = [need];
  for (let step = 2 ** Math.ceil(Math.log2(need + 1)); step < plenty; step *= 2) steps.push(step);
  if (plenty > need) steps.push(plenty);
  return steps;
}

function readPath(search: RouteSearch, to: number): Path {
  const sites = [to];
  const links: number[] = [];
  for (let at = to; search.hops[at] !== 0; ) {
    links.push(search.linkInto[at] as number);
    at = search.siteBefore[at] as number;
    sites.push(at);
  }
  return { sites: sites.reverse(), links: links.reverse() };
}

/** Hops of all paths together. */
export function hopsOf(branches: readonly Path[]): number {
  return branches.reduce((sum, { links }) => sum + links.length, 0);
}

export function reversePath({ sites, links }: Path): Path {
  return { sites: [...sites].reverse(), links: [...links].reverse() };
}

/** Paths of which each begins where the one before ends. */
export function joinPaths(paths: readonly Path[]): Path {
  const [first, ...rest] = paths;
  return {
    sites: [...(first?.sites ?? []), ...rest.flatMap(({ sites }) => sites.slice(1))],
    links: paths.flatMap(({ links }) => links),
  };
}
