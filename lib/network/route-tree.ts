import type { Graph } from "./graph.ts";
import type { RouteSearch } from "./route-search.ts";
import { type Path, widestPath } from "./widest-path.ts";

/** Loads the search's arrays; false: without space links. */
export type Prepare = (space: boolean) => void;

export interface Growth {
  readonly need: number;
  readonly plenty: number;
  /** Tried in this order for every branch. */
  readonly spaceTries: readonly boolean[];
}

/**
 * A tree from `root` to all `targets`: the nearest target first, each joined to what is there already where that costs
 * the fewest hops (H. Takahashi and A. Matsuyama, 1980: at most twice the best tree). Every link is in it once.
 * @param trunk a path from the root on whose last site alone branches may grow. @returns branches, the root's first.
 */
export function growTree(
  graph: Graph,
  search: RouteSearch,
  prepare: Prepare,
  root: number,
  targets: readonly number[],
  growth: Growth,
  trunk?: Path,
): Path[] | undefined {
  const inTree = new Set<number>([trunk?.sites.at(-1) ?? root]);
  const branches: Path[] = trunk === undefined ? [] : [trunk];
  const closed = trunk?.sites.slice(0, -1) ?? [];
  const load = (space: boolean): void => {
    prepare(space);
    for (const site of closed) search.blocked[site] = 1;
  };
  for (const target of nearestFirst(graph, search, load, [...inTree], targets, growth.need)) {
    if (inTree.has(target)) continue;
    const branch = joinTarget(search, load, [...inTree], target, growth);
    if (branch === undefined) return undefined;
    branches.push(branch);
    for (const site of branch.sites) inTree.add(site);
  }
  return branches;
}

function joinTarget(
  search: RouteSearch,
  load: Prepare,
  sources: readonly number[],
  target: number,
  { need, plenty, spaceTries }: Growth,
): Path | undefined {
  for (const space of spaceTries) {
    load(space);
    const path = widestPath(search, sources, target, need, plenty);
    if (path !== undefined) return path;
  }
  return undefined;
}

function nearestFirst(
  graph: Graph,
  search: RouteSearch,
  load: Prepare,
  sources: readonly number[],
  targets: readonly number[],
  need: number,
): number[] {
  if (targets.length < 2) return [...targets];
  load(true);
  search.run(sources, undefined, need);
  const far = graph.sites.length;
  const hopsTo = (site: number): number => {
    const hops = search.hops[site] as number;
    return hops < 0 ? far : hops;
  };
  return [...targets].sort((one, other) => hopsTo(one) - hopsTo(other) || one - other);
}
