import { createHash } from "node:crypto";
import eu27 from "../network/data/network-eu27.json" with { type: "json" };
import small from "../network/data/network-iberia-small.json" with { type: "json" };
import nine from "../network/data/network-nine.json" with { type: "json" };
import type { Bytes } from "../shared/bytes.ts";
import { copyBytes } from "../shared/bytes.ts";
import { toHex } from "../shared/hex.ts";
import type { Role } from "./accounts/roles.ts";

export interface Site {
  readonly id: string;
  readonly name: string;
  readonly country: string;
}

/** A demonstration user: a post, never an invented person. */
export interface Post {
  readonly user: Bytes;
  readonly handle: string;
  readonly name: string;
  readonly site: Site;
  readonly roles: readonly Role[];
}

interface NetworkFile {
  readonly sites: readonly (Site & { readonly kind: string })[];
}

const networks: Readonly<Record<string, NetworkFile>> = { nine, eu27, "iberia-small": small };

const specialSite = "pt-lis-gns";
const specialPosts: readonly { handle: string; title: string; roles: readonly Role[] }[] = [
  { handle: "administrator", title: "Network administrator", roles: ["user", "administrator"] },
  { handle: "officer", title: "Site security officer", roles: ["user", "officer"] },
  { handle: "auditor", title: "Auditor", roles: ["user", "auditor"] },
  { handle: "presenter", title: "Presenter", roles: ["user", "presenter"] },
];

/** The sites where people work, from the network model that the key world runs on. */
export function listEndpointSites(network: string): Site[] {
  const sites = networks[network]?.sites ?? [];
  return sites
    .filter((site) => site.kind === "endpoint")
    .map(({ id, name, country }) => ({ id, name, country }));
}

/**
 * A duty officer and a security officer (who approves further devices) for every end-point site, and one post for
 * each special role.
 */
export function listPosts(network: string): Post[] {
  const sites = listEndpointSites(network);
  const home = sites.find((site) => site.id === specialSite) ?? sites[0];
  const duty = sites.map((site) => makePost(site.id, "Duty officer", site, ["user"]));
  if (home === undefined) return duty;
  const officers = sites
    .filter((site) => site !== home)
    .map((site) => makePost(`officer-${site.id}`, "Site security officer", site, ["user", "officer"]));
  return [
    ...duty,
    ...officers,
    ...specialPosts.map((post) => makePost(post.handle, post.title, home, post.roles)),
  ];
}

function makePost(handle: string, title: string, site: Site, roles: readonly Role[]): Post {
  return { user: demonstrationUserId(handle), handle, name: `${title}, ${site.name}`, site, roles };
}

/** The same in every installation, so that scripts and recordings can name a post. */
export function demonstrationUserId(handle: string): Bytes {
  return copyBytes(
    createHash("sha512").update(`vernam/1 demonstration user ${handle}`).digest().subarray(0, 16),
  );
}

export interface PostView {
  readonly handle: string;
  readonly user: string;
  readonly name: string;
  readonly site: string;
  readonly siteName: string;
  readonly roles: readonly Role[];
  /** Host name of the post's own pages; the port is the page's. */
  readonly host: string;
}

/** The posts by country, countries and posts in alphabetical order. */
export function groupPosts(posts: readonly Post[]): { country: string; posts: PostView[] }[] {
  const countries = new Map<string, PostView[]>();
  for (const { handle, user, name, site, roles } of posts) {
    const view = { handle, user: toHex(user), name, site: site.id, siteName: site.name, roles };
    const group = countries.get(site.country) ?? [];
    countries.set(site.country, group);
    group.push({ ...view, host: `${handle}.localhost` });
  }
  return [...countries]
    .map(([country, group]) => ({ country, posts: group.sort((a, b) => a.name.localeCompare(b.name, "en")) }))
    .sort((a, b) => a.country.localeCompare(b.country, "en"));
}
