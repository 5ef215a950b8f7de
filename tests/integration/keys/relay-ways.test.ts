import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readExtensions } from "../../../lib/keys/etsi014/extensions.ts";
import {
  isRouteRefusal,
  KeyNotFoundError,
  KeyRequestError,
  KeyUnavailableError,
} from "../../../lib/keys/key-errors.ts";
import type { HopFrame } from "../../../lib/keys/kme/hop.ts";
import { saeIdOf } from "../../../lib/keys/kme/kme.ts";
import type { Link, Topology } from "../../../lib/network/topology.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { parseUuid } from "../../../lib/shared/uuid.ts";
import { newFolder, openTestWorld, removeFolder, type TestWorld } from "../../keys/support/open-world.ts";

const sites: readonly (readonly [string, "endpoint" | "trusted-node"])[] = [
  ["master", "endpoint"],
  ["east", "endpoint"],
  ["west", "endpoint"],
  ["far", "endpoint"],
  ["north", "trusted-node"],
  ["south", "trusted-node"],
];
/** East has two ways by fibre and one by satellite, west one, far lies behind east. */
const pairs: readonly (readonly [string, string])[] = [
  ["master", "north"],
  ["north", "east"],
  ["north", "west"],
  ["master", "south"],
  ["south", "east"],
  ["east", "far"],
  ["master", "sat"],
  ["sat", "east"],
];
const keyLinks = pairs.map(
  ([a, b]): Link => ({
    id: `${a}~${b}`,
    a,
    b,
    kind: [a, b].includes("sat") ? "space" : "fibre",
    lengthKm: 10,
    lossDb: 3,
    provenance: "synthetic",
    active: true,
  }),
);
const topology: Topology = {
  name: "ways",
  description: "",
  sites: sites.map(([id, kind]) => ({
    id,
    name: id,
    country: "PT",
    lat: 0,
    lon: 0,
    kind,
    provenance: "synthetic",
  })),
  links: keyLinks,
  keyLinks,
  keySites: [...sites.map(([id]) => id), "sat"],
  satellites: [{ id: "sat", name: "sat", orbit: "LEO", altitudeKm: 500, provenance: "synthetic" }],
  sources: {},
};

let test: TestWorld;
let folder: string;
let wire: (frame: HopFrame) => HopFrame = (frame) => frame;
let frames = 0;
const master = "master";
const others = ["east", "west", "far"];

beforeAll(async () => {
  folder = await newFolder();
  test = await openTestWorld(folder, {
    topology,
    wire: (frame) => {
      frames++;
      return wire(frame);
    },
  });
});
afterAll(async () => {
  await test.world.close();
  removeFolder(folder);
});

const stored = () => test.links.pools().reduce((sum, pool) => sum + pool.availableBytes, 0);
const draw = (slaves: readonly string[], wishes: object = {}, number = 1) =>
  test.world.kme(master).encKeys({
    masterSae: saeIdOf(master),
    slaveSaes: slaves.map(saeIdOf),
    number,
    size: 256,
    ...wishes,
  });
const fetch = (site: string, keyIds: readonly Uint8Array[]) =>
  test.world.kme(site).decKeys(saeIdOf(site), saeIdOf(master), keyIds);

function expectBalanced(): void {
  for (const row of test.world.views.balances()) expect(row).toMatchObject({ balance: 0, agree: true });
  expect(test.links.pools().every((pool) => pool.endA.untaken === 0 && pool.endB.untaken === 0)).toBe(true);
}

describe("one key for many sites", () => {
  it("reaches all of them over one tree, and a hop they share burns once", async () => {
    const before = stored();
    frames = 0;
    const { keys, origin } = await draw(others, {}, 2);
    // master – north – east – far and north – west, each once; alone they would be seven.
    expect(origin.networkBits).toBe(4 * 8 * 96);
    expect(before - stored()).toBe(4 * 96);
    expect(frames).toBe(4);
    expect(origin.routes.map((route) => route.join(" "))).toEqual([
      "master north east",
      "master north west",
      "master north east far",
    ]);
    const ids = keys.map(({ keyId }) => keyId);
    for (const site of others) {
      const fetched = await fetch(site, ids);
      expect(fetched.map(({ key }) => toHex(key.reveal()))).toEqual(
        keys.map(({ key }) => toHex(key.reveal())),
      );
    }
    expectBalanced();
  });

  it("is void everywhere when a branch fails: at every node that saw it, and by the byte", async () => {
    const before = stored();
    frames = 0;
    wire = (frame) => (frames === 3 ? { ...frame, tag: frame.tag.map((byte) => byte ^ 1) } : frame);
    await expect(draw(others)).rejects.toBeInstanceOf(KeyUnavailableError);
    wire = (frame) => frame;
    expect(before - stored()).toBe(4 * 64);
    const [id] = (await newest(master, "void")).detail.keys as string[];
    for (const node of ["north", "east"]) expect((await newest(node, "void-copy")).detail.keys).toEqual([id]);
    expect(await test.world.views.entries({ site: "west", kind: "void-copy" })).toEqual([]);
    for (const site of others)
      await expect(fetch(site, [parseUuid(id!)])).rejects.toBeInstanceOf(KeyNotFoundError);
    expectBalanced();
  });
});

describe("separate routes", () => {
  it("carry shares whose XOR is the key, over nodes that see one share at most", async () => {
    const { keys, origin } = await draw(["east"], { disjoint: 2 });
    expect(origin.routes.map((route) => route.join(" ")).sort()).toEqual([
      "master north east",
      "master south east",
    ]);
    const [fetched] = await fetch("east", [keys[0]!.keyId]);
    expect(toHex(fetched!.key.reveal())).toBe(toHex(keys[0]!.key.reveal()));
    expectBalanced();
  });

  it("void the key and all shares when one way fails, at every node that saw any", async () => {
    const before = stored();
    frames = 0;
    wire = (frame) => (frames === 4 ? { ...frame, tag: frame.tag.map((byte) => byte ^ 1) } : frame);
    await expect(draw(["east"], { disjoint: 2 })).rejects.toBeInstanceOf(KeyUnavailableError);
    wire = (frame) => frame;
    expect(before - stored()).toBe(4 * 64);
    const [id] = (await newest(master, "void")).detail.keys as string[];
    for (const node of ["north", "south", "east"])
      expect((await newest(node, "void-copy")).detail.keys).toEqual([id]);
    await expect(fetch("east", [parseUuid(id!)])).rejects.toBeInstanceOf(KeyNotFoundError);
    expectBalanced();
  });

  it("are refused for good where the network has not so many, and nothing is burned", async () => {
    const before = stored();
    for (const [slaves, disjoint] of [
      [["west"], 2],
      [["east"], 4],
      [["east", "far"], 2],
    ] as const) {
      await expect(draw(slaves, { disjoint })).rejects.toThrow(
        "not all extension_mandatory request options could be met",
      );
    }
    await expect(draw(["east"], { disjoint: 5 })).rejects.toBeInstanceOf(KeyRequestError);
    expect(stored()).toBe(before);
  });
});

describe("the wishes of a request", () => {
  const routeOf = async (wishes: object) => (await draw(["east"], wishes)).origin.routes[0]!.join(" ");

  it("keep a key away from sites and from links, and a name nobody knows is an error", async () => {
    expect(await routeOf({ avoidSites: ["north"] })).toBe("master south east");
    expect(await routeOf({ avoidSites: ["master~south"] })).toBe("master north east");
    expect(await routeOf({ avoidSites: ["north", "master~south"] })).toBe("master sat east");
    await expect(routeOf({ avoidSites: ["north", "south"], space: "forbid" })).rejects.toBeInstanceOf(
      KeyRequestError,
    );
    await expect(routeOf({ avoidSites: ["nowhere"] })).rejects.toThrow(/nowhere/);
  });

  it("can require the satellite, for one and for many", async () => {
    expect(await routeOf({ space: "require" })).toBe("master sat east");
    const { origin } = await draw(others, { space: "require" });
    expect(origin.routes.every((route) => route[1] === "sat")).toBe(true);
    await expect(routeOf({ space: "require", avoidSites: ["sat"] })).rejects.toBeInstanceOf(KeyRequestError);
  });

  it("arrive over ETSI 014 as an extension", () => {
    const body = {
      extension_mandatory: [{ vernam_route: { disjoint: 3, avoid: ["north"], space: "require" } }],
    };
    expect(readExtensions(body).demanded).toEqual({ disjoint: 3, avoidSites: ["north"], space: "require" });
  });
});

describe("a gateway's wishes over ETSI 014", () => {
  const ask = (slave: string) =>
    test.world
      .providerFor(master, "etsi014")
      .encKeys({ slaveSae: saeIdOf(slave), number: 1, size: 256, priority: "priority", disjoint: 2 });

  it("bring a key over two routes, and a refusal that is told from others where there is one only", async () => {
    const { keys, origin } = await ask("east");
    expect(origin!.routes.map((route) => route[1]).sort()).toEqual(["north", "south"]);
    const [fetched] = await test.world
      .providerFor("east", "etsi014")
      .decKeys(saeIdOf(master), [keys[0]!.keyId]);
    expect(toHex(fetched!.key.reveal())).toBe(toHex(keys[0]!.key.reveal()));
    const life = (await test.world.views.keyLife(keys[0]!.keyId))!;
    expect(life).toMatchObject({ knownTo: [], shareKnownTo: ["north", "south"] });
    const refusal = await ask("west").catch((error: unknown) => error);
    expect(isRouteRefusal(refusal)).toBe(true);
  });
});

async function newest(site: string, kind: string) {
  return (await test.world.views.entries({ site, kind })).at(-1)!;
}
