import { afterAll, beforeAll, expect, it } from "vitest";
import { loadTopology } from "../../../lib/network/load-topology.ts";
import { newFolder, openTestWorld, removeFolder, type TestWorld } from "../../keys/support/open-world.ts";

/** Keys over a measuring hub, up to a site that only its neighbour at the hub reaches. */
const site = (id: string, kind = "endpoint") => {
  return { id, name: id, country: "NL", lat: 52, lon: 4, kind, provenance: "synthetic" };
};
const link = (a: string, b: string, kind: string) => {
  return { a, b, kind, lengthKm: 20, lossDb: 5, provenance: "synthetic" };
};
const topology = loadTopology({
  name: "hub",
  sites: [site("north"), site("east"), site("far"), site("hub", "mdi-hub")],
  links: [link("north", "hub", "mdi-spoke"), link("east", "hub", "mdi-spoke"), link("east", "far", "fibre")],
});
let folder: string;
let test: TestWorld;

beforeAll(async () => {
  folder = await newFolder();
  test = await openTestWorld(folder, { topology });
});
afterAll(async () => {
  await test.world.close();
  removeFolder(folder);
});

async function draw(from: string, to: string) {
  const { world } = test;
  const { keys, origin } = await world
    .providerFor(from, "etsi014")
    .encKeys({ slaveSae: `sae-${to}`, number: 1, size: 256 });
  const [drawn] = keys;
  const [fetched] = await world.providerFor(to, "etsi014").decKeys(`sae-${from}`, [drawn!.keyId]);
  expect(Buffer.from(fetched!.key.reveal())).toEqual(Buffer.from(drawn!.key.reveal()));
  return origin;
}

it("joins its neighbours directly: the hub has no key manager, is on no route and sees no key", async () => {
  const { world } = test;
  expect(world.endpointSites).toEqual(["north", "east", "far"]);
  expect((await draw("north", "east"))?.routes).toEqual([["north", "east"]]);
  expect((await draw("north", "far"))?.routes).toEqual([["north", "east", "far"]]);
  const seenBy = async (node: string) =>
    (await world.views.exposure({ nodes: [node], from: 0, to: Date.now() + 1000 })).exposed;
  expect(await seenBy("hub")).toBe(0);
  expect(await seenBy("east")).toBeGreaterThan(0);
});

it("burns the key of one link for both spokes, and its books balance at both ends", async () => {
  const { world } = test;
  const used = () => world.views.balances().find(({ link: id }) => id === "north~east")!;
  const before = used().ledger;
  await draw("east", "north");
  const after = used();
  expect(after.ledger.supplied - before.supplied).toBe(64);
  expect(after).toMatchObject({ balance: 0, agree: true });
  expect(world.views.balances().map(({ link: id }) => id)).toEqual(["east~far", "north~east"]);
});
