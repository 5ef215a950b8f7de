import type { LedgerDetail } from "./ledger-row.ts";

/** The ways that the keys of one relay took, as its ledger row tells. */
export interface KeyWays {
  readonly keyIds: readonly string[];
  readonly masterSite: string;
  readonly slaveSites: readonly string[];
  /** Sites from master to slave. */
  readonly routes: readonly (readonly string[])[];
  /** Share that went over each route, from 1; 0: the key itself. */
  readonly shares: readonly number[];
}

/** Reads the row of a relay. @param site whose chain holds it: the master's. */
export function waysOf(site: string, detail: LedgerDetail): KeyWays {
  const routes = ((detail.routes ?? []) as readonly string[]).map((route) => route.split(" "));
  const shares = (detail.shares ?? []) as readonly number[];
  return {
    keyIds: (detail.keys ?? []) as readonly string[],
    masterSite: site,
    slaveSites: (detail.slaves ?? []) as readonly string[],
    routes,
    shares: routes.map((_route, i) => shares[i] ?? 0),
  };
}

/**
 * Whether `nodes`, keeping all they ever saw and working together, can rebuild the key: they include one of its ends,
 * or a node of the way of the whole key, or for one slave a node on the way of each of its shares. Shares of two
 * slaves together say nothing, because every slave has its own.
 */
export function canRebuild(ways: KeyWays, nodes: ReadonlySet<string>): boolean {
  if (nodes.has(ways.masterSite) || ways.slaveSites.some((site) => nodes.has(site))) return true;
  const unseen = new Map<string, boolean>();
  for (const [i, route] of ways.routes.entries()) {
    const seen = route.some((site) => nodes.has(site));
    if (ways.shares[i] === 0) {
      if (seen) return true;
      continue;
    }
    const slave = route.at(-1) ?? "";
    unseen.set(slave, unseen.get(slave) === true || !seen);
  }
  return [...unseen.values()].includes(false);
}

/** The nodes between the ends: which of them know the key alone, and which saw a share that says nothing alone. */
export function nodesThatSaw(ways: KeyWays): {
  readonly key: readonly string[];
  readonly share: readonly string[];
} {
  const ends = new Set([ways.masterSite, ...ways.slaveSites]);
  const between = [...new Set(ways.routes.flat())].filter((site) => !ends.has(site)).sort();
  return {
    key: between.filter((site) => canRebuild(ways, new Set([site]))),
    share: between.filter((site) => !canRebuild(ways, new Set([site]))),
  };
}
