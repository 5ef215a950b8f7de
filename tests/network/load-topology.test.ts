import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadTopology, TopologyError } from "../../lib/network/load-topology.ts";
import { connectedParts } from "../../lib/network/parts.ts";
import { spaceLinkNominal } from "../../lib/network/space-link.ts";

function read(name: string): unknown {
  return JSON.parse(
    readFileSync(new URL(`../../lib/network/data/network-${name}.json`, import.meta.url), "utf8"),
  );
}

const nine = loadTopology(read("nine"));
const ground = nine.links.filter((link) => link.kind !== "space" && link.kind !== "free-space");

describe("the network of the nine states", () => {
  it("has the sites and links its description counts", () => {
    const sitesOf = (kind: string) => nine.sites.filter((site) => site.kind === kind).length;
    expect(nine.sites).toHaveLength(281);
    expect([
      sitesOf("endpoint"),
      sitesOf("trusted-node"),
      sitesOf("ogs"),
      sitesOf("mdi-hub"),
      sitesOf("noc"),
    ]).toEqual([63, 202, 11, 4, 1]);
    expect(nine.links).toHaveLength(369);
    expect(nine.links.filter((link) => link.kind === "space")).toHaveLength(12);
    expect(ground).toHaveLength(356);
    expect(Math.round(ground.reduce((sum, link) => sum + link.lengthKm, 0))).toBe(18422);
    expect(Math.max(...ground.map((link) => link.lengthKm))).toBe(98.5);
  });

  it("is six parts by land and sea, La Palma without fibre of its own", () => {
    const parts = connectedParts(
      nine.sites.map((site) => site.id),
      ground,
    );
    expect(parts.map((part) => part.length)).toEqual([93, 84, 83, 16, 2, 2, 1]);
    expect(parts[6]).toEqual(["es-ogs-lpa"]);
    const endpoints = new Set(nine.sites.filter((site) => site.kind === "endpoint").map((site) => site.id));
    expect(parts.map((part) => part.filter((site) => endpoints.has(site)).length)).toEqual([
      12, 19, 26, 4, 1, 1, 0,
    ]);
  });

  it("is one whole with the satellite as a node that holds key", () => {
    const parts = connectedParts(nine.keySites, nine.keyLinks);
    expect(parts).toHaveLength(1);
    expect(nine.keySites).toContain("sat-eagle1");
    expect(nine.keySites).toHaveLength(281 - 4 + 1);
    const space = nine.keyLinks.filter((link) => link.kind === "space");
    expect(space).toHaveLength(12);
    for (const link of space) expect(link).toMatchObject(spaceLinkNominal);
  });

  it("makes one virtual link of each pair of spokes and never ends a key link at a hub", () => {
    const virtual = nine.keyLinks.filter((link) => link.kind === "mdi-virtual");
    expect(virtual.map((link) => link.id).sort()).toEqual([
      "es-mad-inta1~es-mad-inta2",
      "es-mad-int~es-mad-inta1",
      "es-mad-int~es-mad-inta2",
      "lu-uni~be-redu",
      "nl-hag-kpn~nl-del",
      "nl-rot-port~nl-rot-pb",
    ]);
    expect(virtual.find((link) => link.id === "lu-uni~be-redu")).toMatchObject({ lengthKm: 132, lossDb: 32 });
    const hubs = nine.sites.filter((site) => site.kind === "mdi-hub").map((site) => site.id);
    for (const hub of hubs) expect(nine.keySites).not.toContain(hub);
    expect(nine.keyLinks).toHaveLength(369 - 9 - 1 + 6);
  });

  it("leaves the free-space test range out of routine service", () => {
    expect(nine.links.find((link) => link.kind === "free-space")?.active).toBe(false);
    expect(nine.keyLinks.some((link) => link.kind === "free-space")).toBe(false);
  });
});

describe("the other networks", () => {
  it("load: all 27 states, and the small one for tests", () => {
    const eu = loadTopology(read("eu27"));
    expect([eu.sites.length, eu.links.length]).toEqual([473, 581]);
    expect(connectedParts(eu.keySites, eu.keyLinks)).toHaveLength(1);
    const small = loadTopology(read("iberia-small"));
    expect([small.sites.length, small.links.length, small.keyLinks.length]).toEqual([6, 9, 9]);
  });
});

describe("a network file with a fault", () => {
  const site = (id: string, kind = "endpoint") => ({
    id,
    name: id,
    country: "PT",
    lat: 0,
    lon: 0,
    kind,
    provenance: "synthetic",
  });
  const link = (a: string, b: string, more: object = {}) => ({
    a,
    b,
    kind: "fibre",
    lengthKm: 10,
    lossDb: 3,
    provenance: "synthetic",
    ...more,
  });
  const load = (sites: object[], links: object[]) => () => loadTopology({ name: "t", sites, links });

  it("is refused with the fault named", () => {
    expect(load([site("aa"), site("bb")], [link("aa", "cc")])).toThrow(TopologyError);
    expect(load([site("aa"), site("bb")], [link("aa", "cc")])).toThrow(
      /aa~cc ends at a site that does not exist/,
    );
    expect(load([site("aa"), site("aa")], [link("aa", "aa")])).toThrow(/aa is used twice/);
    expect(load([site("aa"), site("bb")], [link("aa", "bb", { lossDb: null })])).toThrow(
      /no length or no loss/,
    );
    expect(load([site("aa"), site("hub", "mdi-hub")], [link("aa", "hub")])).toThrow(/only spokes/);
  });

  it("numbers a second link between the same two sites, in either direction", () => {
    const topology = load([site("aa"), site("bb")], [link("aa", "bb"), link("bb", "aa"), link("aa", "bb")])();
    expect(topology.links.map((row) => row.id)).toEqual(["aa~bb", "bb~aa#2", "aa~bb#3"]);
  });
});
