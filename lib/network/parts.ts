import type { Link } from "./topology.ts";

/**
 * What the given links join: groups of sites, the largest first, each in the order of `sites`.
 * Sites without a link form a part of their own.
 */
export function connectedParts(
  sites: readonly string[],
  links: readonly Pick<Link, "a" | "b">[],
): string[][] {
  const parent = new Map(sites.map((site) => [site, site]));
  const rootOf = (site: string): string => {
    let root = site;
    for (let next = parent.get(root); next !== undefined && next !== root; next = parent.get(root))
      root = next;
    parent.set(site, root);
    return root;
  };
  for (const { a, b } of links) {
    if (parent.has(a) && parent.has(b)) parent.set(rootOf(a), rootOf(b));
  }
  const parts = new Map<string, string[]>();
  for (const site of sites) {
    const root = rootOf(site);
    const part = parts.get(root);
    if (part === undefined) parts.set(root, [site]);
    else part.push(site);
  }
  return [...parts.values()].sort((one, other) => other.length - one.length);
}
