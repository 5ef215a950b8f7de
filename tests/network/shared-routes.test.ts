import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadTopology } from "../../lib/network/load-topology.ts";
import { createRouter } from "../../lib/network/routing.ts";
import { type Edge, graphOf } from "./support/graph-of.ts";

const edges = fc.array(
  fc.record({ a: fc.nat(6), b: fc.nat(6), key: fc.nat(600) }).filter(({ a, b }) => a !== b),
  { minLength: 3, maxLength: 14 },
);
const nine = loadTopology(
  JSON.parse(readFileSync(new URL("../../lib/network/data/network-nine.json", import.meta.url), "utf8")),
);

/** Simple paths from site-0 to site-6, as lists of sites inside. */
function insides(list: readonly Edge[]): number[][] {
  const found: number[][] = [];
  const visit = (site: number, inside: readonly number[]): void => {
    for (const { a, b } of list) {
      const next = a === site ? b : b === site ? a : undefined;
      if (next === undefined || next === 0 || inside.includes(next)) continue;
      if (next === 6) found.push([...inside]);
      else visit(next, [...inside, next]);
    }
  };
  visit(0, []);
  return found;
}

describe("a tree", () => {
  it("reaches every place over hops that each have the key, none twice", () => {
    fc.assert(
      fc.property(edges, fc.integer({ min: 1, max: 300 }), (list, bytes) => {
        const { topology, key } = graphOf(7, list);
        const router = createRouter(topology, (link) => key[link]!);
        const to = ["site-3", "site-5", "site-6"];
        const tree = router.tree({ from: "site-0", to, bytes });
        const alone = to.map((site) => router.route({ from: "site-0", to: site, bytes }));
        expect(tree === undefined).toBe(alone.includes(undefined));
        if (tree === undefined) return;
        expect(new Set(tree.hops.map(({ link }) => link)).size).toBe(tree.hops.length);
        expect(new Set(tree.hops.map((hop) => hop.to)).size).toBe(tree.hops.length);
        const reached = new Set(["site-0"]);
        for (const hop of tree.hops) {
          expect(reached.has(hop.from)).toBe(true);
          reached.add(hop.to);
          expect(key[Number(hop.link.slice("link-".length))]!).toBeGreaterThanOrEqual(bytes);
        }
        const joined = new Set(
          tree.hops.flatMap((hop) => [`${hop.from} ${hop.to}`, `${hop.to} ${hop.from}`]),
        );
        for (const [i, route] of tree.routes.entries()) {
          expect([route[0], route.at(-1)]).toEqual(["site-0", to[i]]);
          for (let at = 1; at < route.length; at++) expect(joined).toContain(`${route[at - 1]} ${route[at]}`);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("costs less than a route to each where they share a way", () => {
    const router = createRouter(nine, () => 250_000);
    const posts = nine.sites
      .filter((site) => site.kind === "endpoint" && site.country === "ES")
      .map((s) => s.id);
    const tree = router.tree({ from: "pt-lis-mne", to: posts, bytes: 64 })!;
    const alone = posts.reduce(
      (sum, to) => sum + router.route({ from: "pt-lis-mne", to, bytes: 64 })!.links.length,
      0,
    );
    expect(posts.length).toBeGreaterThan(2);
    expect(tree.hops.length).toBeLessThan(alone / 2);
  });
});

describe("disjoint routes", () => {
  it("are found whenever there are so many, and share no place but their ends", () => {
    fc.assert(
      fc.property(edges, fc.integer({ min: 1, max: 3 }), (list, count) => {
        const { topology } = graphOf(7, list);
        const routes = createRouter(topology, () => 1e6).disjoint(
          { from: "site-0", to: "site-6", bytes: 1 },
          count,
        );
        const candidates = insides(list);
        const choose = (left: number, taken: readonly number[]): boolean =>
          left === 0 ||
          candidates.some(
            (inside) =>
              inside.length > 0 &&
              inside.every((site) => !taken.includes(site)) &&
              choose(left - 1, [...taken, ...inside]),
          );
        const direct = candidates.filter((inside) => inside.length === 0).length;
        expect(routes !== undefined).toBe(choose(Math.max(0, count - direct), []));
        if (routes === undefined) return;
        expect(routes).toHaveLength(count);
        const inner = routes.flatMap(({ sites }) => sites.slice(1, -1));
        expect(new Set(inner).size).toBe(inner.length);
        expect(new Set(routes.flatMap(({ links }) => links)).size).toBe(
          routes.reduce((sum, { links }) => sum + links.length, 0),
        );
      }),
      { numRuns: 600 },
    );
  });
});

describe("a route that must pass a satellite", () => {
  it("does so where the ground would do, visits no place twice and leaves other routes alone", () => {
    const router = createRouter(nine, () => 250_000);
    const request = { from: "pt-lis-mne", to: "es-mad-mfa", bytes: 64 };
    const satellites = new Set(nine.satellites.map(({ id }) => id));
    const required = router.route({ ...request, space: "require" })!;
    expect(required.sites.some((site) => satellites.has(site))).toBe(true);
    expect(new Set(required.sites).size).toBe(required.sites.length);
    expect(required.sites).toHaveLength(required.links.length + 1);
    expect(router.route(request)!.sites.some((site) => satellites.has(site))).toBe(false);
    const tree = router.tree({
      from: "pt-lis-mne",
      to: ["es-mad-mfa", "hu-bud-gov"].filter(known),
      bytes: 64,
      space: "require",
    });
    for (const route of tree!.routes) expect(route.some((site) => satellites.has(site))).toBe(true);
    const avoidSites = satellites;
    expect(router.route({ ...request, space: "require", avoidSites })).toBeUndefined();
    const two = router.disjoint({ ...request, space: "require" }, 2);
    if (two !== undefined) expect(two[0]!.sites.some((site) => satellites.has(site))).toBe(true);
  });
});

function known(site: string): boolean {
  return nine.keySites.includes(site);
}

describe("the way used last", () => {
  const ring: Edge[] = [
    { a: 0, b: 1, key: 0 },
    { a: 1, b: 3, key: 0 },
    { a: 0, b: 2, key: 0 },
    { a: 2, b: 3, key: 0 },
  ];
  const through = (key: readonly number[]) => {
    const { topology } = graphOf(4, ring);
    const router = createRouter(topology, (link) => key[link]!, { plentyBytes: 1024 });
    return (from = 0, to = 3) =>
      router.route({ from: `site-${from}`, to: `site-${to}`, bytes: 32 })?.sites[1];
  };

  it("is kept while equal ways are fuller for being unused", () => {
    const key = [5000, 5000, 5000, 5000];
    const next = through(key);
    const first = next();
    const used = first === "site-1" ? [0, 1] : [2, 3];
    for (let draw = 0; draw < 40; draw++) {
      for (const link of used) key[link] = 5000 - 100 * draw;
      expect(next()).toBe(first);
      expect(next(3, 0)).toBe(first);
    }
  });

  it("is left when it runs low, and not taken again at the first byte more", () => {
    const key = [5000, 5000, 4000, 4000];
    const next = through(key);
    expect(next()).toBe("site-1");
    key[0] = 600;
    expect(next()).toBe("site-1");
    key[0] = 300;
    expect(next()).toBe("site-2");
    key[0] = 1100;
    expect(next()).toBe("site-2");
    key[2] = 10;
    expect(next()).toBe("site-1");
  });
});
