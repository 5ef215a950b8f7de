import { isSpaceLink } from "../../network/space-link.ts";
import type { Topology } from "../../network/topology.ts";
import type { OverviewView } from "../api-types.ts";
import type { RouteFinder } from "../kme/route-finder.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { LinkCondition, LinkNetwork, LinkPool } from "../link-types.ts";

/** Enough for a 256-byte padded message and its tag key on every hop. */
const usefulBytes = 320;
const explainedPairs = 30;

export interface OverviewSources {
  readonly topology: Topology;
  readonly network: LinkNetwork;
  readonly ledger: Ledger;
  readonly finder: RouteFinder;
  readonly startedAt: number;
  readonly keysSupplied: number;
}

/** The state of the whole network in a few numbers. */
export function viewOverview(sources: OverviewSources): OverviewView {
  const { topology, network, ledger, startedAt, keysSupplied } = sources;
  const pools = network.pools();
  const inSpace = new Set(topology.keyLinks.filter(isSpaceLink).map((link) => link.id));
  const conditions: Record<LinkCondition, number> = {
    starting: 0,
    generating: 0,
    standby: 0,
    alarm: 0,
    down: 0,
    quarantined: 0,
  };
  let availableBytes = 0;
  let fibreBytes = 0;
  let capacityBytes = 0;
  let linksWithKey = 0;
  for (const pool of pools) {
    conditions[pool.condition]++;
    availableBytes += pool.availableBytes;
    // A store in space fills with passes, not by waiting.
    if (!inSpace.has(pool.linkId)) {
      fibreBytes += pool.availableBytes;
      capacityBytes += pool.capacityBytes;
    }
    if (pool.availableBytes > 0) linksWithKey++;
  }
  let generatedBytes = 0;
  let consumedBytes = 0;
  for (const link of ledger.accounts.links()) {
    const { generated, relayed, supplied } = ledger.accounts.counts(link);
    generatedBytes += generated;
    consumedBytes += relayed + supplied;
  }
  return {
    network: topology.name,
    startedAt,
    warmUp: {
      done: pools.every((pool) => isWarm(pool, inSpace.has(pool.linkId))),
      linksWithKey,
      links: pools.length,
      fillRatio: capacityBytes === 0 ? 0 : fibreBytes / capacityBytes,
    },
    linksByCondition: conditions,
    alarms: conditions.alarm,
    availableBytes,
    generatedBytes,
    consumedBytes,
    keysSupplied,
    ...viewPairs(sources),
  };
}

/** Waiting a little longer would change nothing: there is key, or trouble, or the next key comes with a pass. */
function isWarm({ availableBytes, condition }: LinkPool, inSpace: boolean): boolean {
  if (availableBytes > 0 || condition === "down" || condition === "alarm") return true;
  return inSpace && condition !== "starting";
}

/** Pairs of posts in different countries: how many can have key now, and why the first of the others cannot. */
function viewPairs({
  topology,
  network,
  finder,
}: OverviewSources): Pick<OverviewView, "pairsWithKey" | "pairsWaiting"> {
  const partOf = joinedParts(topology, network);
  const posts = topology.sites.filter((site) => site.kind === "endpoint");
  const pairsWaiting: { a: string; b: string; reason: string }[] = [];
  let pairsWithKey = 0;
  for (const [i, a] of posts.entries()) {
    for (const b of posts.slice(i + 1)) {
      if (a.country === b.country) continue;
      if (partOf(a.id) === partOf(b.id)) pairsWithKey++;
      else if (pairsWaiting.length < explainedPairs) {
        const found = finder.find({ from: a.id, to: b.id, bytes: usefulBytes });
        if ("reason" in found) pairsWaiting.push({ a: a.id, b: b.id, reason: found.reason });
      }
    }
  }
  return { pairsWithKey, pairsWaiting };
}

/** Sites that usable links join, directly or not, are in one part (union-find). */
function joinedParts(topology: Topology, network: LinkNetwork): (site: string) => string {
  const parent = new Map<string, string>();
  const find = (site: string): string => {
    let at = site;
    for (let next = parent.get(at); next !== undefined && next !== at; next = parent.get(at)) {
      parent.set(at, parent.get(next) ?? next);
      at = next;
    }
    return at;
  };
  const present = new Set(network.pools().map((pool) => pool.linkId));
  for (const { id, a, b } of topology.keyLinks) {
    if (!present.has(id)) continue;
    const pool = network.pool(id);
    if (pool.usable && pool.availableBytes >= usefulBytes) parent.set(find(a), find(b));
  }
  return find;
}
