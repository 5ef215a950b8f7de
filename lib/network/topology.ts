/** The network as it is built: where the sites are, what joins them, and which joints make key. */

export type Provenance = "real" | "planned" | "plausible" | "synthetic";

export type SiteKind = "endpoint" | "trusted-node" | "ogs" | "mdi-hub" | "noc";

export type LinkKind =
  | "fibre"
  | "metro-fibre"
  | "submarine"
  | "space"
  | "free-space"
  | "mdi-spoke"
  | "mdi-virtual";

export interface Site {
  readonly id: string;
  readonly name: string;
  /** Two letters, ISO 3166-1. */
  readonly country: string;
  /** Degrees, town level for trusted nodes. */
  readonly lat: number;
  readonly lon: number;
  readonly kind: SiteKind;
  readonly sector?: string;
  readonly provenance: Provenance;
  readonly source?: string;
  readonly note?: string;
}

export interface Link {
  /** `a~b` as in the network file; a second link between the same two sites gets `#2`. */
  readonly id: string;
  readonly a: string;
  readonly b: string;
  readonly kind: LinkKind;
  readonly lengthKm: number;
  readonly lossDb: number;
  readonly provenance: Provenance;
  readonly lengthEstimated?: boolean;
  readonly lossEstimated?: boolean;
  readonly source?: string;
  readonly note?: string;
  /** True where this link itself makes key: not a spoke of an MDI hub, not a test range. */
  readonly active: boolean;
}

export interface Satellite {
  readonly id: string;
  readonly name: string;
  readonly orbit: "LEO" | "GEO";
  readonly altitudeKm: number;
  readonly provenance: string;
  readonly source?: string;
  readonly note?: string;
}

export interface Topology {
  readonly name: string;
  readonly description: string;
  /** Every site of the file, MDI hubs included; satellites are not sites. */
  readonly sites: readonly Site[];
  /** Every link of the file, active or not. */
  readonly links: readonly Link[];
  /** What makes key: active links of the file, then the virtual links across MDI hubs. Index = link index of routing. */
  readonly keyLinks: readonly Link[];
  /** Identifiers of all places that hold key (so need a KME): ends of key links, the satellite included. */
  readonly keySites: readonly string[];
  readonly satellites: readonly Satellite[];
  /** Explains each source key of sites and links. */
  readonly sources: Readonly<Record<string, string>>;
}

/** The identifier of the link between `a` and `b`, given the identifiers already taken; order as in the file. */
export function linkIdFor(a: string, b: string, taken: ReadonlySet<string>): string {
  const plain = `${a}~${b}`;
  const reversed = `${b}~${a}`;
  if (!taken.has(plain) && !taken.has(reversed)) return plain;
  for (let number = 2; ; number++) {
    if (!taken.has(`${plain}#${number}`) && !taken.has(`${reversed}#${number}`)) return `${plain}#${number}`;
  }
}
