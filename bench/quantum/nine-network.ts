import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { KeyWorld } from "../../lib/keys/key-world-types.ts";
import { openSimulatedWorld } from "../../lib/keys/open-simulated-world.ts";
import { loadNamedNetwork } from "../../lib/network/named-networks.ts";

/** Pools small enough to fill within a minute; what runs is the same. */
const poolTargetBytes = 50_000;
const fullMs = 20_000;
const fillPatienceMs = 150_000;
const steadyMs = 60_000;
const messagesPerSecond = 5;
/**
 * The steady load begins in the middle of refilling, not on full pools: first a heavier one draws the pools of the
 * routes down to their refill mark. So what is generated in the measured minute must cover what it consumes, and
 * what the minute costs includes it.
 */
const drawDownRate = 15;
const drawDownMs = 30_000;
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
    topology: loadNamedNetwork("nine"),
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
    await sendAtRate(world, pairs, drawDownRate, drawDownMs);
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
    log(`steady: ${(metrics.nine_cpu_share_steady ?? 0).toFixed(2)} cores`);
  } finally {
    await links.close();
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
