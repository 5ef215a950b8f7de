import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LinkEndCounts } from "../../../lib/keys/link-types.ts";
import { createKeyRouter } from "../../../lib/keys/links/key-router.ts";
import { balanceOf } from "../../../lib/keys/links/link-counts.ts";
import type { SimulatedLinkNetwork } from "../../../lib/keys/links/link-network-types.ts";
import { joinNetworks } from "../../../lib/keys/space/join-networks.ts";
import { type OpenSpaceOptions, openSpace, withoutSpace } from "../../../lib/keys/space/open-space.ts";
import type { SpaceNetwork } from "../../../lib/keys/space/space-network.ts";
import { loadTopology } from "../../../lib/network/load-topology.ts";
import { PassPlan } from "../../../lib/network/pass-plan.ts";
import { createWeather } from "../../../lib/network/weather.ts";
import { buildWorker } from "../links/support/build-worker.ts";
import { RowLedger, startLinks, until } from "../links/support/link-network-fixture.ts";

/** Two islands with a ground station each, nothing between them but the satellite. */
const topology = loadTopology({
  name: "islands",
  satellites: [
    { id: "sat", name: "Satellite (simulated)", orbit: "LEO", altitudeKm: 500, provenance: "test" },
  ],
  sites: [
    site("azores", 37.74, -25.67, "ogs"),
    site("azores-post", 37.75, -25.6, "endpoint"),
    site("malta", 35.9, 14.5, "ogs"),
    site("malta-post", 35.91, 14.51, "endpoint"),
  ],
  links: [
    { a: "azores-post", b: "azores", kind: "metro-fibre", lengthKm: 5, lossDb: 3, provenance: "synthetic" },
    { a: "malta-post", b: "malta", kind: "metro-fibre", lengthKm: 5, lossDb: 3, provenance: "synthetic" },
    { a: "azores", b: "sat", kind: "space", lengthKm: null, lossDb: null, provenance: "synthetic" },
    { a: "malta", b: "sat", kind: "space", lengthKm: null, lossDb: null, provenance: "synthetic" },
  ],
});

function site(id: string, lat: number, lon: number, kind: string) {
  return { id, name: id, country: "PT", lat, lon, kind, provenance: "synthetic" };
}

let folder: string;
let worker: Awaited<ReturnType<typeof buildWorker>>;
const start = Date.UTC(2026, 10, 23, 12);

beforeAll(async () => {
  worker = await buildWorker();
  folder = mkdtempSync(join(tmpdir(), "space-network-"));
});
afterAll(async () => {
  await worker.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function open(name: string, options: Partial<OpenSpaceOptions> = {}): Promise<SpaceNetwork> {
  const space = await openSpace({
    topology,
    workerEntry: worker.entry,
    ledger: new RowLedger(),
    now: () => start,
    random: (target) => void crypto.getRandomValues(target),
    dataFolder: join(folder, name),
    firstStoreBytes: 5000,
    ...options,
  });
  await space.filled;
  return space;
}

describe("the space segment", () => {
  it("gives a new station key from the clear nights before the first start, through the whole chain", async () => {
    const ledger = new RowLedger();
    const space = await open("first", { ledger });
    for (const pool of space.pools()) {
      expect(pool.availableBytes).toBeGreaterThan(4000);
      expect(ledger.generatedBytes(pool.linkId)).toBe(space.counts(pool.linkId).a.generated);
    }
    const weather = createWeather(new PassPlan(topology).stations, 1);
    const { flown } = space.view();
    expect(flown.length).toBeGreaterThan(1);
    for (const pass of flown) {
      expect(pass.beforeStart).toBe(true);
      expect(pass.set).toBeLessThan(start);
      expect(weather.skyAt(pass.station, pass.culmination)).toBe("clear");
      expect(Math.abs(pass.secretBits / pass.expectedBits - 1)).toBeLessThan(0.3);
    }
    await space.close();
  });

  it("keeps the key through a restart, and asks the past for none again", async () => {
    const before = await open("again");
    const counts = new Map<string, { a: LinkEndCounts; b: LinkEndCounts }>();
    for (const { linkId } of before.pools()) counts.set(linkId, before.counts(linkId));
    await before.close();
    const ledger = new RowLedger();
    ledger.initial = counts;
    const after = await open("again", { ledger });
    for (const { linkId } of after.pools()) {
      const now = after.counts(linkId).a;
      const then = counts.get(linkId)?.a as LinkEndCounts;
      expect(now.generated).toBe(then.generated);
      expect(balanceOf(now)).toBe(0);
      // At most the rest of the segment that authentication had begun.
      expect(then.stored - now.stored).toBeLessThan(4097);
    }
    expect(ledger.generated).toEqual([]);
    await after.close();
  });

  it("flies every pass that its own clock brings, by night and clear sky with key, by day and cloud without", async () => {
    let now = start;
    const space = await open("flying", { now: () => now, rate: 120, firstStoreBytes: 0 });
    const flying = until(space, () => space.view().flown.length >= 8);
    // Two days of the satellites' time are 24 minutes of ours.
    now += 24 * 60_000;
    space.setRate(120);
    await flying;
    const { flown } = space.view();
    const outcomes = new Set(flown.map(({ outcome }) => outcome));
    expect(outcomes).toContain("key");
    expect(outcomes).toContain("daylight");
    const served = flown.filter(({ outcome }) => outcome === "key");
    for (const one of served) {
      // One telescope: no two stations at once.
      const others = served.filter((other) => other !== one && other.rise < one.set && one.rise < other.set);
      expect(others).toEqual([]);
    }
    for (const pass of flown) {
      expect(pass.secretBits > 0).toBe(pass.outcome === "key");
      if (pass.light === "day" || pass.clearProbability === 0) expect(pass.outcome).not.toBe("key");
    }
    expect(space.alarms()).toEqual([]);
    await space.close();
  });

  it("raises an alarm for an attack on a pass, withholds the key, and recovers with its end", async () => {
    let now = start;
    const space = await open("attack", { now: () => now, rate: 120 });
    const [pool] = space.pools();
    if (pool === undefined) throw new Error("no link");
    space.setAttack(pool.linkId, { model: "intercept-resend", fraction: 0.5 });
    const alarmed = until(space, () => space.status(pool.linkId).alarm !== null);
    now += 48 * 60_000;
    space.setRate(120);
    await alarmed;
    expect(space.status(pool.linkId).alarm).toBe("qber-high");
    expect(pool.usable).toBe(false);
    expect(pool.reserve(100, "relayed")).toBeUndefined();
    space.resetAll();
    expect(pool.usable).toBe(true);
    await space.close();
  });

  it("joins two islands: routes take the satellite where fibre gives none, and only there", async () => {
    const space = await open("routes");
    const fibre = await startLinks({ topology: withoutSpace(topology) });
    const network: SimulatedLinkNetwork = joinNetworks(fibre, space);
    await until(fibre, () => fibre.pools().every((pool) => pool.availableBytes > 1000));
    const router = createKeyRouter(topology, network);
    const demand = { from: "azores-post", to: "malta-post", bytes: 600 };
    expect(router.route(demand)?.sites).toEqual(["azores-post", "azores", "sat", "malta", "malta-post"]);
    expect(router.route({ ...demand, space: "forbid" })).toBeUndefined();
    expect(network.statuses()).toHaveLength(4);
    expect(network.pool("malta~sat").linkId).toBe("malta~sat");
    await network.close();
  });

  it("tells where the satellite is, what is ahead and how likely a clear sky is", async () => {
    const space = await open("view");
    const view = space.view();
    expect(view.clock).toEqual({ now: start, rate: 1 });
    const [satellite] = view.satellites;
    const track = satellite?.track ?? [];
    expect(track[0]?.at).toBeLessThan(start);
    expect(track.at(-1)?.at).toBeGreaterThan(start + 10 * 60_000);
    for (const point of track) expect(Math.abs(point.altitudeKm - 500)).toBeLessThan(30);
    expect(view.ahead.length).toBeGreaterThan(5);
    for (const pass of view.ahead) {
      expect(pass.set).toBeGreaterThan(start);
      expect(pass.outcome).toBeNull();
      expect(pass.clearProbability).toBeGreaterThanOrEqual(0);
      expect(pass.clearProbability).toBeLessThanOrEqual(1);
    }
    expect(view.stations.map(({ site }) => site)).toEqual(["azores", "malta"]);
    for (const station of view.stations) expect(station.nextKeyPass).not.toBeNull();
    await space.close();
  });

  it("says how long a link waits for the end of a pass that may bring it key, by its own clock", async () => {
    const space = await open("waiting", { rate: 60 });
    const plan = new PassPlan(topology).passes(start - 3_600_000, start + 24 * 3_600_000);
    for (const { linkId } of space.pools()) {
      const ends = plan
        .filter(({ link, set, expected }) => link === linkId && set > start && expected.secretBits > 0)
        .map(({ set }) => set);
      expect(ends.length).toBeGreaterThan(0);
      expect(space.untilPassMs(linkId)).toBeCloseTo((Math.min(...ends) - start) / 60, 0);
    }
    await space.close();
  });

  it("refuses a clock beyond its range and a link it does not have", async () => {
    const space = await open("refusals");
    expect(() => space.setRate(500)).toThrow("from 1 to 120");
    expect(() => space.pool("nowhere~sat")).toThrow();
    await space.close();
  });
});
