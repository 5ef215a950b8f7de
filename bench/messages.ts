import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { SuiteName } from "../lib/messenger/messenger-api.ts";
import { type NodeSession, signInAsPost } from "../lib/messenger/node/sign-in.ts";
import { toHex } from "../lib/shared/hex.ts";
import { Deployment } from "../tests/support/deployment.ts";
import { openDesk } from "./messages/desk-identity.ts";
import { DevicePair } from "./messages/device-pair.ts";
import { sitePairs } from "./messages/pairs.ts";
import { findRoutes, readPools } from "./messages/pools.ts";
import { processUse } from "./messages/process-use.ts";
import { measureRawEmit } from "./messages/raw-emit.ts";
import { percentile } from "./support/percentile.ts";
import { report } from "./support/report.ts";

/**
 * Messages end to end: drawn, encrypted, relayed, fetched, decrypted, committed, on the nine-state network. 50 devices in
 * this process, 25 pairs over 10 cross-border site pairs, 64-byte padded texts, keys only from the simulated links.
 */
const warmMs = 5_000;
const timedMs = 20_000;
const window = 8;
const openedAtOnce = 3;
const enoughShare = 0.9;
const fillPatienceMs = 200_000;
const metrics: Record<string, number> = {};
const log = (text: string): void => void process.stderr.write(`${text}\n`);
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const pause = (ms: number) => new Promise((next) => setTimeout(next, ms));

/** Fills until every link on the way between the pairs has this share of its pool, or patience ends. */
async function fillPools(
  deployment: Deployment,
  administrator: NodeSession,
  pairs: readonly DevicePair[],
): Promise<void> {
  const started = Date.now();
  const routes = await findRoutes(pairs, fillPatienceMs / 2);
  for (;;) {
    const { fillRatio, availableBytes, onRoutes } = await readPools(deployment, administrator, routes);
    const seconds = (Date.now() - started) / 1000;
    const least = onRoutes.length === 0 ? 0 : Math.min(...onRoutes);
    if (least >= enoughShare || Date.now() - started > fillPatienceMs) {
      metrics.fill_seconds = seconds;
      metrics.fill_ratio = fillRatio;
      metrics.fill_ratio_on_routes =
        onRoutes.reduce((sum, share) => sum + share, 0) / Math.max(1, onRoutes.length);
      metrics.fill_least_on_routes = least;
      metrics.key_before_mb = availableBytes / 1e6;
      log(
        `pools ${percent(fillRatio)} full, least on a route ${percent(least)}, after ${seconds.toFixed(0)} s`,
      );
      return;
    }
    await pause(1000);
  }
}

async function openPairs(deployment: Deployment, folder: string): Promise<DevicePair[]> {
  const presenter = await signInAsPost(deployment.origin, "presenter");
  const origins = { relay: deployment.origin, gateway: deployment.gatewayOrigin };
  const wanted = sitePairs.flatMap(({ a, b, devices }) => Array.from({ length: devices }, () => ({ a, b })));
  const pairs: DevicePair[] = [];
  const open = async (): Promise<void> => {
    for (let next = wanted.pop(); next; next = wanted.pop()) {
      const stage = toHex(crypto.getRandomValues(new Uint8Array(8)));
      const alice = await openDesk(deployment.origin, presenter, { stage, site: next.a, side: "alice" });
      const bob = await openDesk(deployment.origin, presenter, { stage, site: next.b, side: "bob" });
      pairs.push(await DevicePair.open(alice, bob, origins, folder));
    }
  };
  await Promise.all(Array.from({ length: openedAtOnce }, open));
  return pairs;
}

const openedBy = (pairs: readonly DevicePair[]): number => pairs.reduce((sum, pair) => sum + pair.opened, 0);

/** Processor seconds so far, of each process. */
function cpuOf(deployment: Deployment): Record<string, number> {
  const { user, system } = process.cpuUsage();
  const seconds: Record<string, number> = { devices: (user + system) / 1e6 };
  for (const zone of ["web", "qkdn"] as const) {
    const pid = deployment.pidOf(zone);
    if (pid !== undefined) seconds[zone] = processUse(pid).cpuSeconds;
  }
  return seconds;
}

/** Messages per second with a window of messages under way for every pair; what each cost the processors, as `name`. */
async function throughput(
  deployment: Deployment,
  pairs: readonly DevicePair[],
  suite: SuiteName,
  name: string,
  warm = warmMs,
  timed = timedMs,
): Promise<number> {
  const end = Date.now() + warm + timed;
  const sending = Promise.all(pairs.map((pair) => pair.keepSending(suite, window, end)));
  await pause(warm);
  const before = openedBy(pairs);
  const cpuBefore = cpuOf(deployment);
  const started = performance.now();
  await pause(end - Date.now());
  const count = openedBy(pairs) - before;
  const rate = count / ((performance.now() - started) / 1000);
  for (const [zone, seconds] of Object.entries(cpuOf(deployment)))
    metrics[`${name}_${zone}_cpu_ms_per_msg`] =
      (1000 * (seconds - (cpuBefore[zone] ?? 0))) / Math.max(1, count);
  metrics[`${name}_load_average`] = loadavg()[0] ?? 0;
  await sending;
  log(`${name}: ${rate.toFixed(0)} messages/s`);
  return rate;
}

/** Waits until nothing is under way; the number of messages that did not arrive in time (waiting for key). */
async function drain(pairs: readonly DevicePair[], withinMs: number): Promise<number> {
  const until = Date.now() + withinMs;
  while (pairs.some((pair) => pair.inFlight > 0) && Date.now() < until) await pause(100);
  return pairs.reduce((sum, pair) => sum + pair.inFlight, 0);
}

async function latency(
  pairs: readonly DevicePair[],
  suite: SuiteName,
  rate: number,
  name: string,
): Promise<void> {
  for (const pair of pairs) pair.latencies.length = 0;
  const until = Date.now() + timedMs;
  await Promise.all(pairs.map((pair) => pair.sendAtRate(suite, rate / pairs.length, until)));
  const late = await drain(pairs, 15_000);
  const samples = pairs.flatMap((pair) => pair.latencies);
  for (const [label, share] of [
    ["p50", 0.5],
    ["p95", 0.95],
    ["p99", 0.99],
  ] as const) {
    metrics[`${name}_${label}_ms`] = percentile(samples, share);
  }
  metrics[`${name}_half_load_late`] = late;
}

async function measure(deployment: Deployment, folder: string): Promise<void> {
  await deployment.healthy(240_000);
  const administrator = await signInAsPost(deployment.origin, "administrator");
  const pairs = await openPairs(deployment, folder);
  log(`${2 * pairs.length} devices are ready`);
  metrics.aes_msgs_per_s = await throughput(deployment, pairs, "AES", "aes");
  metrics.aes_late_after_full_load = await drain(pairs, 15_000);
  await latency(pairs, "AES", metrics.aes_msgs_per_s / 2, "aes");
  await fillPools(deployment, administrator, pairs);
  metrics.otp_msgs_per_s = await throughput(deployment, pairs, "OTP", "otp");
  metrics.key_after_mb = (await readPools(deployment, administrator, [])).availableBytes / 1e6;
  metrics.otp_late_after_full_load = await drain(pairs, 15_000);
  await latency(pairs, "OTP", metrics.otp_msgs_per_s / 2, "otp");
  metrics.otp_sustained_msgs_per_s = await throughput(
    deployment,
    pairs,
    "OTP",
    "otp_sustained",
    10_000,
    30_000,
  );
  for (const zone of ["web", "qkdn"] as const) {
    const pid = deployment.pidOf(zone);
    if (pid === undefined) continue;
    const use = processUse(pid);
    metrics[`${zone}_rss_mb`] = use.rssMb;
    metrics[`${zone}_cpu_s`] = use.cpuSeconds;
  }
  metrics.devices_cpu_s = process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
  metrics.devices_rss_mb = process.memoryUsage.rss() / 2 ** 20;
  await Promise.race([Promise.all(pairs.map((pair) => pair.stop())), pause(10_000)]);
}

const folder = mkdtempSync(join(tmpdir(), "vernam-bench-"));
const deployment = await Deployment.start({ network: "nine", dataFolder: join(folder, "data") });
try {
  await measure(deployment, folder);
} finally {
  await deployment.stop();
  rmSync(folder, { recursive: true, force: true });
}
metrics.raw_emit_ack_per_s = await measureRawEmit(5);
report("messages", metrics);
process.exit(0);
