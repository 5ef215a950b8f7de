import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SuiteName } from "../lib/messenger/messenger-api.ts";
import { type NodeSession, signInAsPost } from "../lib/messenger/node/sign-in.ts";
import { toHex } from "../lib/shared/hex.ts";
import { Deployment } from "../tests/support/deployment.ts";
import { openDesk } from "./messages/desk-identity.ts";
import { DevicePair } from "./messages/device-pair.ts";
import { sitePairs } from "./messages/pairs.ts";
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
const patienceMs = 150_000;
const metrics: Record<string, number> = {};
const log = (text: string): void => void process.stderr.write(`${text}\n`);
const pause = (ms: number) => new Promise((next) => setTimeout(next, ms));

interface Overview {
  readonly warmUp: { readonly fillRatio: number };
  readonly availableBytes: number;
}

async function overview(deployment: Deployment, administrator: NodeSession): Promise<Overview> {
  const token = await administrator.token("ops");
  const answer = await fetch(`${deployment.gatewayOrigin}/ops/overview`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return (await answer.json()) as Overview;
}

async function fillPools(deployment: Deployment, administrator: NodeSession): Promise<void> {
  const started = Date.now();
  for (;;) {
    const { warmUp, availableBytes } = await overview(deployment, administrator);
    const seconds = (Date.now() - started) / 1000;
    if (warmUp.fillRatio > 0.95 || Date.now() - started > patienceMs) {
      metrics.fill_seconds = seconds;
      metrics.fill_ratio = warmUp.fillRatio;
      metrics.key_before_mb = availableBytes / 1e6;
      log(`pools ${Math.round(100 * warmUp.fillRatio)} % full after ${seconds.toFixed(0)} s`);
      return;
    }
    await pause(1000);
  }
}

async function openPairs(deployment: Deployment, folder: string): Promise<DevicePair[]> {
  const presenter = await signInAsPost(deployment.origin, "presenter");
  const origins = { relay: deployment.origin, gateway: deployment.gatewayOrigin };
  const pairs: DevicePair[] = [];
  for (const { a, b, devices } of sitePairs) {
    for (let i = 0; i < devices; i++) {
      const stage = toHex(crypto.getRandomValues(new Uint8Array(8)));
      const alice = await openDesk(deployment.origin, presenter, { stage, site: a, side: "alice" });
      const bob = await openDesk(deployment.origin, presenter, { stage, site: b, side: "bob" });
      pairs.push(await DevicePair.open(alice, bob, origins, folder));
    }
  }
  return pairs;
}

const openedBy = (pairs: readonly DevicePair[]): number => pairs.reduce((sum, pair) => sum + pair.opened, 0);

/** Messages per second with a window of messages under way for every pair. */
async function throughput(
  pairs: readonly DevicePair[],
  suite: SuiteName,
  warm = warmMs,
  timed = timedMs,
): Promise<number> {
  const end = Date.now() + warm + timed;
  const sending = Promise.all(pairs.map((pair) => pair.keepSending(suite, window, end)));
  await pause(warm);
  const before = openedBy(pairs);
  const started = performance.now();
  await pause(end - Date.now());
  const rate = (openedBy(pairs) - before) / ((performance.now() - started) / 1000);
  await sending;
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
  metrics.aes_msgs_per_s = await throughput(pairs, "AES");
  await drain(pairs, 15_000);
  log(`AES ${metrics.aes_msgs_per_s.toFixed(0)} messages/s`);
  await latency(pairs, "AES", metrics.aes_msgs_per_s / 2, "aes");
  await fillPools(deployment, administrator);
  metrics.otp_msgs_per_s = await throughput(pairs, "OTP");
  log(`OTP ${metrics.otp_msgs_per_s.toFixed(0)} messages/s`);
  metrics.key_after_mb = (await overview(deployment, administrator)).availableBytes / 1e6;
  metrics.otp_late_after_full_load = await drain(pairs, 20_000);
  await latency(pairs, "OTP", metrics.otp_msgs_per_s / 2, "otp");
  metrics.otp_sustained_msgs_per_s = await throughput(pairs, "OTP", 15_000, 30_000);
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
