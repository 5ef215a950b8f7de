import { z } from "zod";
import { VernamError } from "../shared/errors.ts";
import { virtualLinksOfHubs } from "./mdi.ts";
import { isSpaceLink, spaceLinkNominal } from "./space-link.ts";
import { type Link, linkIdFor, type Satellite, type Site, type Topology } from "./topology.ts";

export class TopologyError extends VernamError {}

const provenance = z.enum(["real", "planned", "plausible", "synthetic"]);

const siteSchema = z.object({
  id: z.string().regex(/^[a-z0-9-]{2,40}$/),
  name: z.string().min(1),
  country: z.string().length(2),
  lat: z.number().min(-90).max(90),
  lon: z.number().min(-180).max(180),
  kind: z.enum(["endpoint", "trusted-node", "ogs", "mdi-hub", "noc"]),
  sector: z.string().optional(),
  provenance,
  source: z.string().optional(),
  note: z.string().optional(),
});

const linkSchema = z.object({
  a: z.string(),
  b: z.string(),
  kind: z.enum(["fibre", "metro-fibre", "submarine", "space", "free-space", "mdi-spoke"]),
  lengthKm: z.number().positive().nullable(),
  lossDb: z.number().nonnegative().nullable(),
  provenance,
  lengthEstimated: z.boolean().optional(),
  lossEstimated: z.boolean().optional(),
  source: z.string().optional(),
  note: z.string().optional(),
});

const satelliteSchema = z.object({
  id: z.string().regex(/^[a-z0-9-]{2,40}$/),
  name: z.string().min(1),
  orbit: z.enum(["LEO", "GEO"]),
  altitudeKm: z.number().positive(),
  provenance: z.string(),
  source: z.string().optional(),
  note: z.string().optional(),
});

const networkSchema = z.object({
  name: z.string(),
  description: z.string().default(""),
  sources: z.record(z.string(), z.string()).default({}),
  satellites: z.array(satelliteSchema).default([]),
  sites: z.array(siteSchema).min(2),
  links: z.array(linkSchema).min(1),
});

type LinkRow = z.infer<typeof linkSchema>;

/**
 * Checks a network file and derives what makes key from it.
 * @param json the parsed file (see the description of its fields with the data).
 * @throws TopologyError network.topology-invalid naming the first fault.
 */
export function loadTopology(json: unknown): Topology {
  const parsed = networkSchema.safeParse(json);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  const { name, description, sources } = parsed.data;
  const sites = parsed.data.sites.map((row) => withoutUndefined(row) as Site);
  const satellites = parsed.data.satellites.map((row) => withoutUndefined(row) as Satellite);
  checkSites(sites, satellites);
  const links = buildLinks(parsed.data.links, sites, satellites);
  const taken = new Set(links.map((link) => link.id));
  const keyLinks = [...links.filter((link) => link.active), ...virtualLinksOfHubs(sites, links, taken)];
  const holders = new Set(keyLinks.flatMap((link) => [link.a, link.b]));
  const keySites = [...sites, ...satellites].map((place) => place.id).filter((id) => holders.has(id));
  return { name, description, sites, links, keyLinks, keySites, satellites, sources };
}

function checkSites(sites: readonly Site[], satellites: readonly Satellite[]): void {
  const seen = new Set<string>();
  for (const { id } of [...sites, ...satellites]) {
    if (seen.has(id)) throw invalid(`the identifier ${id} is used twice`);
    seen.add(id);
  }
}

function buildLinks(
  rows: readonly LinkRow[],
  sites: readonly Site[],
  satellites: readonly Satellite[],
): Link[] {
  const kindOf = new Map<string, string>(sites.map((site) => [site.id, site.kind]));
  for (const satellite of satellites) kindOf.set(satellite.id, "satellite");
  const taken = new Set<string>();
  return rows.map((row) => {
    checkEnds(row, kindOf);
    const id = linkIdFor(row.a, row.b, taken);
    taken.add(id);
    return buildLink(id, row);
  });
}

function checkEnds(row: LinkRow, kindOf: ReadonlyMap<string, string>): void {
  const kinds = [kindOf.get(row.a), kindOf.get(row.b)];
  const title = `${row.a}~${row.b}`;
  if (kinds.includes(undefined)) throw invalid(`link ${title} ends at a site that does not exist`);
  if (row.a === row.b) throw invalid(`link ${title} joins a site to itself`);
  if (kinds.includes("mdi-hub") !== (row.kind === "mdi-spoke")) {
    throw invalid(`link ${title}: spokes, and only spokes, end at an MDI hub`);
  }
  if (kinds.includes("satellite") !== (row.kind === "space")) {
    throw invalid(`link ${title}: space links, and only those, end at a satellite`);
  }
}

function buildLink(id: string, row: LinkRow): Link {
  const nominal = isSpaceLink(row) ? spaceLinkNominal : undefined;
  const lengthKm = row.lengthKm ?? nominal?.lengthKm;
  const lossDb = row.lossDb ?? nominal?.lossDb;
  if (lengthKm === undefined || lossDb === undefined) throw invalid(`link ${id} has no length or no loss`);
  const estimated = nominal === undefined ? {} : { lengthEstimated: true, lossEstimated: true };
  const active = row.kind !== "mdi-spoke" && row.kind !== "free-space";
  return {
    ...(withoutUndefined(row) as Omit<Link, "id" | "active">),
    ...estimated,
    id,
    lengthKm,
    lossDb,
    active,
  };
}

/** Absent members stay absent (exactOptionalPropertyTypes) however the parser filled them. */
function withoutUndefined(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

function invalid(message: string): TopologyError {
  return new TopologyError("network.topology-invalid", `The network file is not usable: ${message}.`, {
    nextStep: "Correct the file or choose another network.",
  });
}
