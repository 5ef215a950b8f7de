import { toHex } from "../shared/hex.ts";
import { demonstrationUserId, listEndpointSites, type Post, type Site } from "./posts.ts";

export type AgentKind = "grid" | "payments" | "custodian";

/** A post that a program holds: no one signs in to it by a click. */
export interface AgentAccount extends Post {
  readonly kind: AgentKind;
}

const mostCustodians = 9;

/** Where the pairs work when the network has these sites; otherwise at any two sites of different countries. */
const pairs: Readonly<Record<"grid" | "payments", readonly (readonly string[])[]>> = {
  grid: [
    ["pt-lis-grid", "es-mad-grid"],
    ["pt-lis-gns", "es-mad-int"],
  ],
  payments: [
    ["pt-lis-bank", "es-mad-int"],
    ["pt-lis-mne", "es-mad-mfa"],
  ],
};

const titles: Readonly<Record<AgentKind, string>> = {
  grid: "Grid control centre",
  payments: "Central bank",
  custodian: "Vault custodian",
};

/** Cities of capitals, by the beginning of a site's identifier; elsewhere the site's own name stands for it. */
const cities: readonly (readonly [string, string])[] = [
  ["pt-lis", "Lisbon"],
  ["es-mad", "Madrid"],
  ["be-bru", "Brussels"],
  ["lu-gov", "Luxembourg"],
  ["nl-hag", "The Hague"],
  ["de-ber", "Berlin"],
  ["it-rom", "Rome"],
  ["mt-opm", "Valletta"],
  ["hu-bud", "Budapest"],
];

/**
 * The agents of a network: two grid control centres, two central banks (each pair in two countries), and custodians
 * at up to nine end-point sites, of different countries first.
 */
export function listAgentPosts(network: string): AgentAccount[] {
  const sites = listEndpointSites(network);
  return [
    ...makeAll("grid", findPair(sites, pairs.grid)),
    ...makeAll("payments", findPair(sites, pairs.payments)),
    ...makeAll("custodian", findCustodians(sites)),
  ];
}

function findPair(sites: readonly Site[], wanted: readonly (readonly string[])[]): Site[] {
  for (const ids of wanted) {
    const found = sites.filter(({ id }) => ids.includes(id));
    if (found.length === ids.length) return found;
  }
  const first = sites[0];
  const second = sites.find(({ country }) => country !== first?.country);
  return first === undefined || second === undefined ? [] : [first, second];
}

function findCustodians(sites: readonly Site[]): Site[] {
  const inCapitals = [...sites].sort((a, b) => rank(a) - rank(b));
  const countries = new Set<string>();
  const first = inCapitals.filter(({ country }) => !countries.has(country) && countries.add(country));
  const further = inCapitals.filter((site) => !first.includes(site));
  return [...first, ...further].slice(0, mostCustodians);
}

function rank({ id }: Site): number {
  const at = cities.findIndex(([beginning]) => id.startsWith(beginning));
  return at < 0 ? cities.length : at;
}

function makeAll(kind: AgentKind, sites: readonly Site[]): AgentAccount[] {
  const places = sites.map(cityOf);
  return sites.map((site, i) => {
    const place = places[i] as string;
    const unique = places.filter((other) => other === place).length === 1;
    const handle = `${kind}-${site.id}`;
    return {
      kind,
      handle,
      user: demonstrationUserId(handle),
      name: `${titles[kind]}, ${unique ? place : site.name}`,
      site,
      roles: ["user", "agent"],
    };
  });
}

function cityOf({ id, name }: Site): string {
  return cities.find(([beginning]) => id.startsWith(beginning))?.[1] ?? name;
}

/** As the process of the agents and the stage see one. */
export interface AgentPostView {
  readonly handle: string;
  readonly kind: AgentKind;
  readonly site: string;
  readonly name: string;
  /** Hex. */
  readonly user: string;
}

export function viewAgentPost({ handle, kind, site, name, user }: AgentAccount): AgentPostView {
  return { handle, kind, site: site.id, name, user: toHex(user) };
}
