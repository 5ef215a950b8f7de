import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSimulatedWorld, type SimulatedWorld } from "../../../lib/keys/open-simulated-world.ts";
import { loadNamedNetwork } from "../../../lib/network/named-networks.ts";
import { createRouter } from "../../../lib/network/routing.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { buildWorker } from "../../keys/links/support/build-worker.ts";
import { newFolder, removeFolder } from "../../keys/support/open-world.ts";

const topology = loadNamedNetwork("eu27");
const [nicosia, helsinki] = ["cy-nic", "fi-hel"] as const;
let folder: string;
let worker: Awaited<ReturnType<typeof buildWorker>>;
let opened: SimulatedWorld | undefined;

beforeAll(async () => {
  folder = await newFolder();
  worker = await buildWorker();
});
afterAll(async () => {
  await close();
  await worker.remove();
  removeFolder(folder);
});

async function open(): Promise<SimulatedWorld> {
  opened = await openSimulatedWorld({
    dataFolder: folder,
    topology,
    linkWorker: pathToFileURL(worker.entry),
    linkWorkers: 1,
    poolTargetBytes: 20_000,
    listen: {},
    now: Date.now,
    housekeepingMs: 0,
  });
  // As for a request that waits: the links that this pair needs come first.
  const way = createRouter(topology, () => 1e6).route({ from: nicosia, to: helsinki, bytes: 1 });
  opened.links.prefer(way?.links ?? []);
  return opened;
}

async function close(): Promise<void> {
  await opened?.links.close();
  await opened?.world.close();
  opened = undefined;
}

/** Resolves once there is a route with key from Nicosia to Helsinki. */
async function whenJoined({ world, links }: SimulatedWorld): Promise<readonly string[]> {
  const route = () => {
    const { route: found, bytes } = world.kme(nicosia).available(helsinki);
    return bytes > 1000 ? found : undefined;
  };
  return (
    route() ??
    new Promise((resolve) => {
      const stop = links.onChange(() => {
        const found = route();
        if (found === undefined) return;
        stop();
        resolve(found);
      });
    })
  );
}

async function drawAndFetch({ world }: SimulatedWorld): Promise<void> {
  const asked = { slaveSae: `sae-${helsinki}`, number: 2, size: 768 };
  const { keys } = await world.providerFor(nicosia, "built-in").encKeys(asked);
  const ids = keys.map(({ keyId }) => keyId);
  const fetched = await world.providerFor(helsinki, "built-in").decKeys(`sae-${nicosia}`, ids);
  expect(fetched.map(({ key }) => toHex(key.reveal()))).toEqual(keys.map(({ key }) => toHex(key.reveal())));
}

describe("the network of all member states", () => {
  it("joins Cyprus and Finland by the satellite, and their keys agree to the last bit", async () => {
    const system = await open();
    expect(system.links.pools()).toHaveLength(topology.keyLinks.length);
    const route = await whenJoined(system);
    expect(route[0]).toBe(nicosia);
    expect(route.at(-1)).toBe(helsinki);
    expect(route).toContain("sat-eagle1");
    await drawAndFetch(system);
  });

  it("accounts for every byte of the space links, before and after a restart that keeps their key", async () => {
    const inSpace = new Set(topology.keyLinks.filter(({ kind }) => kind === "space").map(({ id }) => id));
    const before = opened as SimulatedWorld;
    await before.space?.filled;
    const stored = new Map([...inSpace].map((id) => [id, before.links.counts(id).a.stored]));
    await close();
    const after = await open();
    await after.space?.filled;
    for (const balance of after.world.views.balances().filter(({ link }) => inSpace.has(link))) {
      expect(balance.agree, balance.link).toBe(true);
      expect(balance.balance).toBe(0);
      const kept = balance.a.stored;
      const then = stored.get(balance.link) ?? 0;
      // A restart gives up at most what is left of the segment in use.
      expect(then - kept).toBeLessThan(4097);
      if (then > 4096) expect(kept).toBeGreaterThan(0);
    }
    await whenJoined(after);
    await drawAndFetch(after);
  });
});
