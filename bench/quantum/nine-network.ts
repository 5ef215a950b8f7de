import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { KeyWorld } from "../../lib/keys/key-world-types.ts";
import type { SimulatedLinkNetwork } from "../../lib/keys/links/link-network-types.ts";
import { openSimulatedWorld } from "../../lib/keys/open-simulated-world.ts";
import { loadNamedNetwork } from "../../lib/network/named-networks.ts";
import { isSpaceLink } from "../../lib/network/space-link.ts";

const topology = loadNamedNetwork("nine");
/** Pools small enough to fill within a minute; what runs is the same. */
const poolTargetBytes = 50_000;
const fullMs = 20_000;
const fillPatienceMs = 150_000;
const steadyMs = 60_000;
const messagesPerSecond = 5;
/**
 * A full pool rests until it is down to its refill mark, so a minute on full pools would generate nothing. First large
 * keys draw the links of all routes down to that mark: the measured minute then pays for filling them again, which is
 * more than it consumes. Routes over a satellite are left alone: their key comes with a pass, hours apart, and what is
 * stored must carry the minute's messages.
 */
const refillMark = 0.7;
const largeKeyBits = 8 * 4096;
const mostLargeKeys = 40;
/** 64 bytes of padded text with the key of its tag. */
const messageKeyBits = 8 * (64 + 32);
const pause = (ms: number) => new Promise((next) => setTimeout(next, ms));

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Processor time of this process, links and key managers together, over wall time: 1 is one core. */
async function cpuShareDuring(work: () => Promise<void>): Promise<number> {
  const before = cpuSeconds();
  const began = performance.now();
  await work();
  return (1000 * (cpuSeconds() - before)) / (performance.now() - began);
}

type Pair = readonly [string, string];

async function drawOnce(world: KeyWorld, [a, b]: Pair): Promise<boolean> {
  try {
    const { keys } = await world
      .providerFor(a, "built-in")
      .encKeys({ slaveSae: `sae-${b}`, number: 1, size: messageKeyBits });
    const ids = keys.map(({ keyId }) => keyId);
    const fetched = await world.providerFor(b, "built-in").decKeys(`sae-${a}`, ids);
    for (const { key } of [...keys, ...fetched]) key.destroy();
    return true;
  } catch {
    return false;
  }
}

/** Random pairs of sites that can draw a key together now. */
async function connectedPairs(world: KeyWorld, count: number): Promise<Pair[]> {
  const sites = world.endpointSites;
  const pairs: Pair[] = [];
  for (let tries = 0; pairs.length < count && tries < 50 * count; tries++) {
    const a = sites[Math.floor(Math.random() * sites.length)];
    const b = sites[Math.floor(Math.random() * sites.length)];
    if (a === undefined || b === undefined || a === b) continue;
    if (await drawOnce(world, [a, b])) pairs.push([a, b]);
  }
  return pairs;
}

const hopName = (ends: readonly string[]): string => [...ends].sort().join();

const spaceHops: ReadonlySet<string> = new Set(
  topology.keyLinks.filter(isSpaceLink).map(({ a, b }) => hopName([a, b])),
);

/** Draws a key between the pair, throws it away and answers the hops that carried it. */
async function hopsOfKey(world: KeyWorld, [a, b]: Pair, size: number): Promise<ReadonlySet<string>> {
  const { keys, origin } = await world
    .providerFor(a, "built-in")
    .encKeys({ slaveSae: `sae-${b}`, number: 1, size });
  for (const { key } of keys) key.destroy();
  return new Set(
    origin?.routes.flatMap((sites) => sites.slice(1).map((site, i) => hopName([sites[i] ?? "", site]))),
  );
}

/** Draws large keys until a link of the pair's fibres is at its refill mark. Answers whether one came there. */
async function drawDown(world: KeyWorld, links: SimulatedLinkNetwork, pair: Pair): Promise<boolean> {
  let size = messageKeyBits;
  for (let drawn = 0; drawn < mostLargeKeys; drawn++) {
    const hops = await hopsOfKey(world, pair, size);
    if ([...hops].some((hop) => spaceHops.has(hop))) return false;
    const onRoute = links.statuses().filter(({ id }) => hops.has(hopName(id.split("~"))));
    if (onRoute.some((link) => link.availableBytes <= refillMark * link.capacityBytes)) return true;
    size = largeKeyBits;
  }
  return false;
}

async function sendAtRate(world: KeyWorld, pairs: readonly Pair[], rate: number, forMs: number) {
  const until = Date.now() + forMs;
  const under: Promise<boolean>[] = [];
  let due = Date.now();
  for (let next = 0; due < until; next++, due += 1000 / rate) {
    await pause(Math.max(0, due - Date.now()));
    const pair = pairs[next % pairs.length];
    if (pair !== undefined) under.push(drawOnce(world, pair));
  }
  const served = await Promise.all(under);
  return { asked: served.length, served: served.filter(Boolean).length };
}

function fillOf(world: KeyWorld): number {
  return world.views.overview().warmUp.fillRatio;
}

/** The nine-state network with its key managers in this process: full production from empty pools, then a steady load. */
export async function measureNine(
  metrics: Record<string, number>,
  log: (text: string) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "vernam-bench-"));
  const { world, links } = await openSimulatedWorld({
    dataFolder: folder,
    topology,
    linkWorker: pathToFileURL(resolve(".build/link-worker.js")),
    linkWorkers: undefined,
    poolTargetBytes,
    listen: {},
    now: Date.now,
  });
  try {
    metrics.nine_cpu_share_full = await cpuShareDuring(() => pause(fullMs).then(() => undefined));
    log(`full production: ${(metrics.nine_cpu_share_full ?? 0).toFixed(2)} cores`);
    const until = Date.now() + fillPatienceMs;
    while (fillOf(world) < 0.85 && Date.now() < until) await pause(500);
    metrics.nine_fill_before_steady = fillOf(world);
    log(`pools ${Math.round(100 * fillOf(world))} % full`);
    const pairs = await connectedPairs(world, 20);
    const down = await Promise.all(pairs.map((pair) => drawDown(world, links, pair).catch(() => false)));
    log(
      `${down.filter(Boolean).length} of ${pairs.length} routes are drawn down; those over a satellite are not`,
    );
    metrics.nine_fill_at_steady = fillOf(world);
    const before = world.views.overview();
    let load = { asked: 0, served: 0 };
    metrics.nine_cpu_share_steady = await cpuShareDuring(async () => {
      load = await sendAtRate(world, pairs, messagesPerSecond, steadyMs);
    });
    const after = world.views.overview();
    metrics.nine_steady_served = load.served / Math.max(1, load.asked);
    metrics.nine_steady_generated_bytes = after.generatedBytes - before.generatedBytes;
    metrics.nine_steady_consumed_bytes = after.consumedBytes - before.consumedBytes;
    metrics.nine_fill_after_steady = fillOf(world);
    const covered = metrics.nine_steady_generated_bytes >= metrics.nine_steady_consumed_bytes;
    log(
      `steady: ${load.served} of ${load.asked} messages served; ${(metrics.nine_cpu_share_steady ?? 0).toFixed(2)} cores; ` +
        `generated ${metrics.nine_steady_generated_bytes} bytes ${covered ? ">=" : "<"} consumed ${metrics.nine_steady_consumed_bytes} bytes`,
    );
    if (!covered) throw new Error("the links generated less than the steady load consumed");
  } finally {
    await links.close();
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
