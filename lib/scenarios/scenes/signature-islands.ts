import timeline from "../../network/data/signatures.json" with { type: "json" };
import { connectedParts } from "../../network/parts.ts";
import { isSpaceLink } from "../../network/space-link.ts";
import type { Topology } from "../../network/topology.ts";

export interface SignatureDay {
  /** As the sources give it: a day, a month, a place in a month's order. */
  readonly date: string;
  readonly members: readonly string[];
  /** States that cables join, the largest group first. */
  readonly islands: readonly (readonly string[])[];
}

/**
 * Which signatory states cables join at each date of the European declaration, computed from the network: a state
 * counts as whole, its islands at sea with it.
 */
export function signatureDays(network: Topology): readonly SignatureDay[] {
  const countryOf = new Map(network.sites.map(({ id, country }) => [id, country]));
  const members: string[] = [];
  return timeline.map(({ date, added }) => {
    members.push(...added);
    const borders = network.links
      .filter((link) => link.active && !isSpaceLink(link))
      .map(({ a, b }) => ({ a: countryOf.get(a) ?? "", b: countryOf.get(b) ?? "" }));
    return { date, members: [...members], islands: connectedParts(members, borders) };
  });
}

/** Whether the signatories' network joins two sites, with and without the sky. */
export function joins(
  network: Topology,
  members: readonly string[],
  a: string,
  b: string,
): { readonly byCable: boolean; readonly bySatellite: boolean } {
  const sites = network.sites.filter(({ country }) => members.includes(country)).map(({ id }) => id);
  const active = network.links.filter((link) => link.active);
  const satellites = network.satellites.map(({ id }) => id);
  const together = (parts: readonly (readonly string[])[]) =>
    parts.some((part) => part.includes(a) && part.includes(b));
  const cables = active.filter((link) => !isSpaceLink(link));
  return {
    byCable: together(connectedParts(sites, cables)),
    bySatellite: together(connectedParts([...sites, ...satellites], active)),
  };
}
