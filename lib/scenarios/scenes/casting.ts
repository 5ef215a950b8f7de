import type { SiteView, TopologyView } from "../../keys/api-types.ts";
import { connectedParts } from "../../network/parts.ts";
import { expectThat } from "./expect-that.ts";

export interface Cast {
  readonly alice: string;
  readonly bob: string;
}

const preferred: readonly [string, string] = ["pt-lis-mne", "es-mad-mfa"];

function postsOf(topology: TopologyView): readonly SiteView[] {
  return topology.sites.filter(({ kind }) => kind === "endpoint");
}

/** The foreign ministries in Lisbon and Madrid, else the first two posts of different countries. */
export function neighbours(topology: TopologyView): Cast {
  const posts = postsOf(topology);
  const has = (id: string) => posts.some((post) => post.id === id);
  const [lisbon, madrid] = preferred;
  if (has(lisbon) && has(madrid)) return { alice: lisbon, bob: madrid };
  const [alice] = posts;
  const bob = posts.find(({ country }) => country !== alice?.country) ?? posts[1];
  expectThat(alice !== undefined && bob !== undefined, "this network has no two posts");
  return { alice: alice.id, bob: bob.id };
}

/** Two posts that no cable joins and a satellite does: Lisbon and Brussels where there are such; else null. */
export function overTheHorizon(topology: TopologyView): Cast | null {
  const satellites = new Set(topology.satellites.map(({ id }) => id));
  const active = topology.links.filter((link) => link.active);
  const sites = topology.sites.map(({ id }) => id);
  const cables = active.filter(({ a, b }) => !satellites.has(a) && !satellites.has(b));
  const partOf = indexParts(connectedParts(sites, cables));
  const wholeOf = indexParts(connectedParts([...sites, ...satellites], active));
  const posts = postsOf(topology).map(({ id }) => id);
  const first = (wanted: string) => [...posts].sort((a, b) => Number(b === wanted) - Number(a === wanted));
  for (const alice of first("pt-lis-mne").slice(0, 1)) {
    const bob = first("be-bru-eu").find(
      (other) => partOf.get(other) !== partOf.get(alice) && wholeOf.get(other) === wholeOf.get(alice),
    );
    if (bob !== undefined) return { alice, bob };
  }
  return null;
}

function indexParts(parts: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  return new Map(parts.flatMap((part, index) => part.map((site) => [site, index] as const)));
}
