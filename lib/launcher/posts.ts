import eu27 from "../network/data/network-eu27.json" with { type: "json" };
import small from "../network/data/network-iberia-small.json" with { type: "json" };
import nine from "../network/data/network-nine.json" with { type: "json" };
import type { AnnouncedPost } from "./announce.ts";

interface Site {
  readonly id: string;
  readonly name: string;
  readonly country: string;
  readonly kind: string;
}

const networks: Readonly<Record<string, { readonly sites: readonly Site[] }>> = {
  nine,
  eu27,
  "iberia-small": small,
};

/** Foreign ministries first: the pair a newcomer tries. */
function rank(site: Site): number {
  return /foreign/i.test(site.name) ? 0 : 1;
}

/** The demonstration posts of a network, one for every end-point site. */
export function listPosts(network: string): AnnouncedPost[] {
  return (networks[network]?.sites ?? [])
    .filter((site) => site.kind === "endpoint")
    .sort((a, b) => rank(a) - rank(b))
    .map((site) => ({ handle: site.id, name: `Duty officer, ${site.name}` }));
}
