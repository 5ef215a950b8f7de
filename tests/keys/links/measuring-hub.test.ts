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
  // Clicks for each pulse: what the loss decides, where the key of one small block is chance as well.
  const clicks = (id: string) => {
    const { detections, pulses } = links.status(id).lastBlock ?? { detections: 0, pulses: 1 };
    return detections / pulses;
  };
  expect(clicks("north~east") / clicks("twin~north")).toBeGreaterThan(0.85);
  expect(clicks("north~east") / clicks("twin~north")).toBeLessThan(1.18);
  // 5 dB more; sources and detectors are chosen for their loss, which gives part of it back.
  expect(clicks("east~south")).toBeLessThan(0.8 * clicks("north~east"));
});

it("fails for one pair without the others: what is done to a virtual link is seen by it alone", async () => {
  const links = await start();
  await until(links, () => links.pools().every(({ condition }) => condition === "standby"));
  links.setAttack("north~east", { model: "intercept-resend", fraction: 0.5 });
  await until(links, () => links.pool("north~east").condition === "alarm");
  expect(links.status("north~east").alarm).toBe("qber-high");
  for (const id of ["north~south", "east~south"]) expect(links.pool(id).usable).toBe(true);
});
