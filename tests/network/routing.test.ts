import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadTopology } from "../../lib/network/load-topology.ts";
import { createRouter } from "../../lib/network/routing.ts";
import { type Edge, graphOf } from "./support/graph-of.ts";

/** The slow twin: every simple path, compared by (octave of the bottleneck, hops, bottleneck). */
function bruteForce(size: number, edges: readonly Edge[], need: number, plenty: number, avoid: number) {
  const octave = (bytes: number) =>
    bytes >= plenty ? plenty : Math.max(need, 2 ** Math.floor(Math.log2(bytes)));
  let best: { octave: number; hops: number; bottleneck: number } | undefined;
  const visit = (site: number, seen: Set<number>, hops: number, bottleneck: number): void => {
    if (site === size - 1) {
      const found = { octave: octave(bottleneck), hops, bottleneck };
      const better =
        best === undefined ||
        found.octave > best.octave ||
        (found.octave === best.octave &&
          (found.hops < best.hops || (found.hops === best.hops && found.bottleneck > best.bottleneck)));
      if (better) best = found;
      return;
    }
    for (const { a, b, key } of edges) {
      const next = a === site ? b : b === site ? a : undefined;
      if (next === undefined || seen.has(next) || next === avoid || key < need) continue;
      visit(next, new Set([...seen, next]), hops + 1, Math.min(bottleneck, key));
    }
  };
  visit(0, new Set([0]), 0, Number.POSITIVE_INFINITY);
  return best;
}

const edges = fc.array(
  fc.record({ a: fc.nat(5), b: fc.nat(5), key: fc.nat(600) }).filter(({ a, b }) => a !== b),
  { minLength: 1, maxLength: 11 },
);

describe("a route", () => {
  it("is the one an exhaustive search finds: bottleneck by octave, then hops, then bottleneck", () => {
    fc.assert(
      fc.property(
        edges,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 200, max: 700 }),
        fc.nat(4),
        (list, bytes, plentyBytes, avoid) => {
          const { topology, key } = graphOf(6, list);
          const router = createRouter(topology, (link) => key[link]!, { plentyBytes });
          const avoided = avoid === 0 ? -1 : avoid;
          const avoidSites = new Set(avoid === 0 ? [] : [`site-${avoid}`]);
          const route = router.route({ from: "site-0", to: "site-5", bytes, avoidSites });
          const expected = bruteForce(6, list, bytes, plentyBytes, avoided);
          expect(route === undefined).toBe(expected === undefined);
          if (route === undefined) return;
          expect([route.links.length, route.bottleneckBytes]).toEqual([expected?.hops, expected?.bottleneck]);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it("joins its ends hop by hop without visiting a site twice", () => {
    fc.assert(
      fc.property(edges, (list) => {
        const { topology, key } = graphOf(6, list);
        const route = createRouter(topology, (link) => key[link]!).route({
          from: "site-0",
          to: "site-5",
          bytes: 1,
        });
        if (route === undefined) return;
        expect(new Set(route.sites).size).toBe(route.sites.length);
        expect(route.sites).toHaveLength(route.links.length + 1);
        for (const [hop, id] of route.links.entries()) {
          const link = topology.keyLinks.find((row) => row.id === id)!;
          expect([link.a, link.b].sort()).toEqual([route.sites[hop]!, route.sites[hop + 1]!].sort());
        }
      }),
    );
  });
});

const nine = loadTopology(
  JSON.parse(readFileSync(new URL("../../lib/network/data/network-nine.json", import.meta.url), "utf8")),
);

describe("routes of the nine states", () => {
  const full = createRouter(nine, () => 250_000);

  it("let a post pass keys on, as the star at Lisbon does", () => {
    const avoidSites = new Set(
      nine.sites.filter((site) => site.kind === "trusted-node").map((site) => site.id),
    );
    const route = full.route({ from: "pt-lis-mne", to: "pt-lis-bank", bytes: 32, avoidSites });
    expect(route?.sites).toEqual(["pt-lis-mne", "pt-lis-gns", "pt-lis-bank"]);
  });

  it("stay on the ground where fibre joins the two, however much shorter the way through space is", () => {
    const route = createRouter(nine, () => 1e6).route({ from: "pt-lis-mne", to: "es-mad-mfa", bytes: 128 });
    expect(route?.sites).not.toContain("sat-eagle1");
    const fibreEmpty = createRouter(nine, (link) => (nine.keyLinks[link]?.kind === "space" ? 1e6 : 64));
    expect(fibreEmpty.route({ from: "pt-lis-mne", to: "es-mad-mfa", bytes: 128 })).toBeUndefined();
  });

  it("cross the sea by the satellite, and not at all when space is forbidden", () => {
    const posts = nine.sites.filter((site) => site.kind === "endpoint");
    const azores = posts.find((site) => site.id.startsWith("pt-azo") || site.lon < -20)!.id;
    const hungary = posts.find((site) => site.country === "HU")!.id;
    const route = full.route({ from: azores, to: hungary, bytes: 32 });
    expect(route?.sites).toContain("sat-eagle1");
    expect(full.route({ from: azores, to: hungary, bytes: 32, space: "forbid" })).toBeUndefined();
  });

  it("join every pair of posts when every pool has key", () => {
    const posts = nine.sites.filter((site) => site.kind === "endpoint").map((site) => site.id);
    for (const from of posts) {
      for (const to of posts) if (from !== to) expect(full.route({ from, to, bytes: 32 })).toBeDefined();
    }
  });

  it("take the short way while it has plenty, and leave it when it runs low", () => {
    const dry = new Set<string>();
    const router = createRouter(nine, (index) => (dry.has(nine.keyLinks[index]!.id) ? 100 : 200_000 + index));
    const request = { from: "pt-lis-gns", to: "pt-lis-mne", bytes: 32 };
    expect(router.route(request)?.links).toEqual(["pt-lis-gns~pt-lis-mne"]);
    dry.add("pt-lis-gns~pt-lis-mne");
    expect(router.route(request)?.links.length).toBeGreaterThan(1);
    expect(router.routeIgnoringKey(request)?.links).toEqual(["pt-lis-gns~pt-lis-mne"]);
    expect(
      router.route({ ...request, avoidLinks: new Set(nine.keyLinks.map((link) => link.id)) }),
    ).toBeUndefined();
  });

  it("do not exist to unknown places or to oneself", () => {
    expect(full.route({ from: "pt-lis-gns", to: "nowhere", bytes: 1 })).toBeUndefined();
    expect(full.route({ from: "pt-lis-gns", to: "pt-lis-gns", bytes: 1 })).toBeUndefined();
  });
});
