import type { LinkView, TopologyView } from "../../keys/api-types.ts";

/** Names of sites and satellites by identifier. */
export function siteNames(topology: TopologyView): ReadonlyMap<string, string> {
  return new Map([...topology.sites, ...topology.satellites].map(({ id, name }) => [id, name]));
}

/** "Evora – Elvas"; parallel links get their number. */
export function linkName(link: Pick<LinkView, "id" | "a" | "b">, names: ReadonlyMap<string, string>): string {
  const number = /#(\d+)$/.exec(link.id)?.[1];
  return `${names.get(link.a) ?? link.a} – ${names.get(link.b) ?? link.b}${number ? ` (${number})` : ""}`;
}
