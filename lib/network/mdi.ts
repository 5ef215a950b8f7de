import { type Link, linkIdFor, type Provenance, type Site } from "./topology.ts";

const weakestFirst: readonly Provenance[] = ["synthetic", "plausible", "planned", "real"];

/**
 * Measurement-device-independent hubs: a hub measures but holds no key, so it is no relay and no end of a key link.
 * Each pair of its spokes is one virtual key link between the sites at their far ends, whose length and loss are the
 * sums of the two spokes.
 * @param taken identifiers already in use; the new ones are added to a copy, the argument is left alone.
 */
export function virtualLinksOfHubs(
  sites: readonly Site[],
  links: readonly Link[],
  taken: ReadonlySet<string>,
): Link[] {
  const names = new Set(taken);
  const virtual: Link[] = [];
  for (const hub of sites) {
    if (hub.kind !== "mdi-hub") continue;
    const spokes = links.filter((link) => link.a === hub.id || link.b === hub.id);
    for (const [index, first] of spokes.entries()) {
      for (const second of spokes.slice(index + 1)) {
        const link = joinSpokes(hub.id, first, second, names);
        names.add(link.id);
        virtual.push(link);
      }
    }
  }
  return virtual;
}

function joinSpokes(hub: string, first: Link, second: Link, taken: ReadonlySet<string>): Link {
  const a = first.a === hub ? first.b : first.a;
  const b = second.a === hub ? second.b : second.a;
  const provenances = new Set([first.provenance, second.provenance]);
  return {
    id: linkIdFor(a, b, taken),
    a,
    b,
    kind: "mdi-virtual",
    lengthKm: round(first.lengthKm + second.lengthKm),
    lossDb: round(first.lossDb + second.lossDb),
    provenance: weakestFirst.find((provenance) => provenances.has(provenance)) ?? "synthetic",
    lengthEstimated: first.lengthEstimated === true || second.lengthEstimated === true,
    lossEstimated: first.lossEstimated === true || second.lossEstimated === true,
    note: `through the measuring hub ${hub}, which holds no key`,
    active: true,
  };
}

/** Sums of figures with one decimal, without the dust of binary fractions. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
