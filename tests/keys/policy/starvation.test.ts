import { describe, expect, it } from "vitest";
import { KeyPolicy, type KeyWish } from "../../../lib/keys/policy/key-policy.ts";
import { agingMs, type KeyPriority, WaitingQueue } from "../../../lib/keys/policy/waiting-queue.ts";
import { graphOf } from "../../network/support/graph-of.ts";
import { FakeLinkNetwork } from "../support/fake-link-network.ts";

const link = "link-0";
const ledger = {
  initialCounts: () => undefined,
  acceptBlock: async () => undefined,
  acceptUse: async () => undefined,
  acceptLosses: async () => undefined,
};

interface Asker {
  readonly wish: KeyWish;
  /** Between the end of one request and the next, ms. */
  readonly pauseMs: number;
  askAt: number;
  since: number;
  firstEstimate: number | undefined;
  readonly waits: { readonly waited: number; readonly estimate: number }[];
}

function askerOf(name: string, priority: KeyPriority, bytes: number, pauseMs: number, site = name): Asker {
  const wish = { name, site, priority, links: new Map([[link, bytes]]) };
  return { wish, pauseMs, askAt: 0, since: -1, firstEstimate: undefined, waits: [] };
}

/**
 * One link that makes `made` bytes every `everyMs`, and askers who come again when they are told to, or every `pollMs`
 * whatever they are told: then a wait is as long as the turn takes to come, and not as long as it was said to be.
 * Virtual time.
 */
async function starve(
  askers: readonly Asker[],
  made: number,
  everyMs: number,
  forMs: number,
  pollMs?: number,
) {
  let now = 0;
  const { topology } = graphOf(2, [{ a: 0, b: 1, key: 0 }]);
  const network = await FakeLinkNetwork.open(topology, ledger, 0);
  const policy = new KeyPolicy(network, () => now);
  const pool = network.pool(link);
  for (; now < forMs; now += 100) {
    if (now % everyMs === 0) await network.fill(link, made);
    for (const asker of askers) {
      if (now < asker.askAt) continue;
      if (asker.since < 0) asker.since = now;
      const bytes = asker.wish.links.get(link)!;
      const delay = pool.availableBytes < bytes ? policy.wait(asker.wish) : policy.admit(asker.wish);
      if (delay !== undefined) {
        asker.askAt = now + (pollMs ?? delay.retryAfterMs);
        asker.firstEstimate ??= delay.estimateMs;
        continue;
      }
      const reservation = pool.reserve(bytes, "relayed")!;
      pool.endA.take(reservation).destroy();
      pool.endB.take(reservation).destroy();
      policy.served(asker.wish);
      asker.waits.push({ waited: now - asker.since, estimate: asker.firstEstimate ?? 0 });
      asker.since = -1;
      asker.firstEstimate = undefined;
      asker.askAt = now + asker.pauseMs;
    }
  }
  return { now, policy };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const bytesOf = ({ wish, waits }: Asker) => wish.links.get(link)! * waits.length;
const later = ({ waits }: Asker) => waits.slice(3);

describe("with a pool held nearly empty", () => {
  it("priority requests get through while ordinary ones wait, each for about as long as it was told", async () => {
    // 100 bytes a second are made; ordinary askers want them all ten times over.
    const ordinary = Array.from({ length: 10 }, (_, i) => askerOf(`ordinary ${i}`, "ordinary", 300, 0));
    const urgent = askerOf("urgent", "priority", 300, 4000);
    const { now } = await starve([...ordinary, urgent], 200, 2000, 900_000, 200);
    const waits = ordinary.flatMap((asker) => later(asker).map(({ waited }) => waited));
    expect(mean(later(urgent).map(({ waited }) => waited))).toBeLessThan(mean(waits) / 4);
    for (const asker of ordinary) {
      expect(asker.waits.length).toBeGreaterThan(5);
      expect(Math.max(...asker.waits.map(({ waited }) => waited))).toBeLessThan(2 * agingMs);
    }
    const told = ordinary.flatMap(later);
    expect(told.length).toBeGreaterThan(60);
    const ratio = mean(told.map(({ waited, estimate }) => waited / estimate));
    expect(ratio).toBeGreaterThan(0.67);
    expect(ratio).toBeLessThan(1.5);
    // Key is made every two seconds: nobody can say it nearer than that.
    for (const { waited, estimate } of later(urgent)) expect(Math.abs(waited - estimate)).toBeLessThan(2500);
    const total = [...ordinary, urgent].reduce((sum, asker) => sum + bytesOf(asker), 0);
    // Nothing made is held back from everybody.
    expect(total).toBeGreaterThan(0.95 * (now / 10) - 600);
  });

  it("who comes when told finds that it is time", async () => {
    const askers = Array.from({ length: 6 }, (_, i) => askerOf(`asker ${i}`, "ordinary", 300, 0));
    const { now } = await starve(askers, 200, 2000, 600_000);
    const total = askers.reduce((sum, asker) => sum + bytesOf(asker), 0);
    expect(total).toBeGreaterThan(0.9 * (now / 10));
  });

  it("ordinary requests keep a share even when priority ones alone want more than is made", async () => {
    const urgent = Array.from({ length: 6 }, (_, i) => askerOf(`urgent ${i}`, "priority", 200, 0));
    const ordinary = askerOf("ordinary", "ordinary", 200, 0);
    const { now } = await starve([...urgent, ordinary], 100, 1000, 600_000);
    const share = bytesOf(ordinary) / (now / 10);
    expect(share).toBeGreaterThan(0.12);
    expect(share).toBeLessThan(0.35);
  });

  it("a site that asks a hundred times gets no more than one that asks once", async () => {
    const many = Array.from({ length: 30 }, (_, i) => askerOf(`many ${i}`, "ordinary", 100, 0, "greedy"));
    const modest = askerOf("modest", "ordinary", 100, 0);
    await starve([...many, modest], 100, 1000, 300_000);
    const greedy = many.reduce((sum, asker) => sum + bytesOf(asker), 0);
    expect(bytesOf(modest) / greedy).toBeGreaterThan(0.6);
  });

  it("a large request is not passed over for ever by small ones", async () => {
    const small = Array.from({ length: 8 }, (_, i) => askerOf(`small ${i}`, "ordinary", 50, 0));
    const large = askerOf("large", "ordinary", 2000, 0);
    await starve([...small, large], 100, 1000, 600_000);
    expect(large.waits.length).toBeGreaterThan(2);
  });

  it("tells how long the key will last and who waits", async () => {
    const askers = [askerOf("one", "ordinary", 500, 0), askerOf("two", "priority", 500, 0)];
    const { policy } = await starve(askers, 100, 1000, 60_000);
    const outlook = policy.outlook(link);
    expect(outlook.producedBytesPerSecond).toBeGreaterThan(80);
    expect(outlook.producedBytesPerSecond).toBeLessThan(120);
    expect(outlook.waiting).toEqual({ priority: 1, ordinary: 1 });
    expect(outlook.timeToKeyMs).toBeGreaterThan(0);
  });
});

describe("an ordinary request whose class has had more than its share", () => {
  it("lets priority requests pass until it has waited two minutes, and then counts as one of them", () => {
    const queue = new WaitingQueue();
    const old = { name: "old", site: "a", priority: "ordinary", bytes: 100, since: 0 } as const;
    queue.enter(old, 2 * agingMs);
    queue.enter({ ...old, name: "fresh", site: "b", priority: "priority", since: agingMs - 1 }, 2 * agingMs);
    queue.noteServed({ ...old, name: "another", site: "c", bytes: 10_000 }, 1000);
    expect(queue.bytesAhead(old, agingMs - 1)).toBe(100);
    expect(queue.bytesAhead(old, agingMs)).toBe(0);
  });
});

describe("a request that nobody can say when to meet", () => {
  it("gets no estimate and holds nothing back", async () => {
    let now = 0;
    const { topology } = graphOf(2, [{ a: 0, b: 1, key: 0 }]);
    const network = await FakeLinkNetwork.open(topology, ledger, 0);
    const policy = new KeyPolicy(network, () => now);
    now = 10_000;
    const stuck = askerOf("stuck", "priority", 500, 0).wish;
    expect(policy.wait(stuck)).toEqual({ estimateMs: undefined, retryAfterMs: 2000 });
    await network.fill(link, 100);
    expect(policy.admit(askerOf("other", "ordinary", 100, 0).wish)).toBeUndefined();
  });

  it("whose key comes by passes waits for the next one, whatever the last one brought", async () => {
    let now = 0;
    const { topology } = graphOf(2, [{ a: 0, b: 1, key: 0 }]);
    const network = await FakeLinkNetwork.open(topology, ledger, 0);
    const policy = new KeyPolicy(network, () => now);
    // A pass that has just ended: by its rate there would be key in a second.
    now = 10_000;
    await network.fill(link, 5000);
    const drained = network.pool(link).reserve(5000, "relayed")!;
    network.pool(link).endA.take(drained).destroy();
    network.pool(link).endB.take(drained).destroy();
    const { wish } = askerOf("island", "priority", 500, 0);
    expect(policy.wait(wish).estimateMs).toBeLessThan(2000);
    network.passes.set(link, 7_200_000);
    expect(policy.wait(wish)).toEqual({ estimateMs: 7_200_000, retryAfterMs: 30_000 });
    expect(policy.outlook(link).timeToKeyMs).toBe(7_200_000);
    network.passes.set(link, Number.POSITIVE_INFINITY);
    expect(policy.wait(wish).estimateMs).toBeUndefined();
    expect(policy.outlook(link).timeToKeyMs).toBeNull();
  });
});
