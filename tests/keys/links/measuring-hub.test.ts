import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { loadTopology } from "../../../lib/network/load-topology.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { buildWorker } from "./support/build-worker.ts";
import { closeLinks, startLinks, until } from "./support/link-network-fixture.ts";

/** A measuring hub with three spokes, and the fibre that one virtual link is like. */
const site = (id: string, kind = "endpoint") => {
  return { id, name: id, country: "NL", lat: 52, lon: 4, kind, provenance: "synthetic" };
};
const link = (a: string, b: string, kind: string, lengthKm: number, lossDb: number) => {
  return { a, b, kind, lengthKm, lossDb, provenance: "synthetic" };
};
const topology = loadTopology({
  name: "hub",
  sites: [site("north"), site("east"), site("south"), site("twin"), site("hub", "mdi-hub")],
  links: [
    link("north", "hub", "mdi-spoke", 20, 5),
    link("east", "hub", "mdi-spoke", 24, 6),
    link("south", "hub", "mdi-spoke", 40, 10),
    link("twin", "north", "fibre", 44, 11),
  ],
});
let worker: Awaited<ReturnType<typeof buildWorker>>;

beforeAll(async () => {
  worker = await buildWorker();
});
afterEach(closeLinks);
afterAll(() => worker.remove());

const start = () => startLinks({ topology, workerEntry: worker.entry, targetBytes: 12_000 });

it("gives each pair of its spokes one link with a pool, none to a spoke, and holds no end of any", async () => {
  const links = await start();
  expect(links.pools().map(({ linkId }) => linkId)).toEqual([
    "twin~north",
    "north~east",
    "north~south",
    "east~south",
  ]);
  for (const { a, b } of links.pools()) expect([a, b]).not.toContain("hub");
  expect(() => links.pool("north~east").end("hub")).toThrow();
});

it("makes the same bits at both ends of a pair, at the rate of a fibre with both spokes' loss", async () => {
  const links = await start();
  await until(links, () => links.pools().every(({ condition }) => condition === "standby"));
  const pool = links.pool("north~east");
  const reservation = pool.reserve(2000, "supplied");
  const [north, east] = [pool.end("north").take(reservation!), pool.end("east").take(reservation!)];
  expect(toHex(north.reveal())).toBe(toHex(east.reveal()));
  const rate = (id: string) => links.status(id).secretBitsPerSimulatedSecond ?? 0;
  // Blocks are finite and random, and small ones give less key: a fifth either way, where 5 dB more nearly halves it.
  expect(rate("north~east") / rate("twin~north")).toBeGreaterThan(0.8);
  expect(rate("north~east") / rate("twin~north")).toBeLessThan(1.25);
  expect(rate("east~south")).toBeLessThan(rate("north~east") / 1.5);
});

it("fails for one pair without the others: what is done to a virtual link is seen by it alone", async () => {
  const links = await start();
  await until(links, () => links.pools().every(({ condition }) => condition === "standby"));
  links.setAttack("north~east", { model: "intercept-resend", fraction: 0.5 });
  await until(links, () => links.pool("north~east").condition === "alarm");
  expect(links.status("north~east").alarm).toBe("qber-high");
  for (const id of ["north~south", "east~south"]) expect(links.pool(id).usable).toBe(true);
});
