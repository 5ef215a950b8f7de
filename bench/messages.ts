import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { SuiteName } from "../lib/messenger/messenger-api.ts";
import { type NodeSession, signInAsPost } from "../lib/messenger/node/sign-in.ts";
import { Deployment } from "../tests/support/deployment.ts";
import { DeviceHost } from "./messages/device-host.ts";
import { sitePairs } from "./messages/pairs.ts";
import { readPools } from "./messages/pools.ts";
import { processUse } from "./messages/process-use.ts";
import { measureRawEmit } from "./messages/raw-emit.ts";
import { percentile } from "./support/percentile.ts";
import { report } from "./support/report.ts";

/**
 * Messages end to end: drawn, encrypted, relayed, fetched, decrypted, committed, on the nine-state network. 50 devices in
 * two processes of their own (one thread would be the ceiling), 25 pairs over 10 cross-border site pairs, 64-byte padded
 * texts, keys only from the simulated links. Then the other suites between the same pairs, and groups.
 */
const warmMs = 5_000;
const timedMs = 20_000;
const window = 8;
const deviceProcesses = 2;
/** From half on, links that fill their pools leave the processors to everything else. */
const enoughShare = 0.5;
const fillPatienceMs = 150_000;
/** Members of a group; of each process's devices, those left over keep silent. */
const groupSizes = [5, 10];
const metrics: Record<string, number> = {};
const log = (text: string): void => void process.stderr.write(`${text}\n`);
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const pause = (ms: number) => new Promise((next) => setTimeout(next, ms));

/** Fills until every link on the way between the pairs has this share of its pool, or patience ends. */
async function fillPools(
  deployment: Deployment,
  administrator: NodeSession,
  hosts: readonly DeviceHost[],
): Promise<void> {
  const started = Date.now();
  const routes = (await Promise.all(hosts.map((host) => host.ask("routes", fillPatienceMs / 2)))).flat();
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

async function openPairs(deployment: Deployment, folder: string): Promise<DeviceHost[]> {
  const origins = { relay: deployment.origin, gateway: deployment.gatewayOrigin };
  const wanted = sitePairs.flatMap(({ a, b, devices }) => Array.from({ length: devices }, () => ({ a, b })));
  const hosts = Array.from({ length: deviceProcesses }, () => new DeviceHost());
  await Promise.all(
    hosts.map((host, which) =>
      host.ask(
        "open",
        wanted.filter((_, i) => i % hosts.length === which),
        origins,
        folder,
      ),
    ),
  );
  return hosts;
}

/** Sums of what the processes of devices say of themselves. */
async function devicesNow(hosts: readonly DeviceHost[]) {
  const sum = { opened: 0, inFlight: 0, cpuSeconds: 0, rssMb: 0 };
  for (const state of await Promise.all(hosts.map((host) => host.ask("state"))))
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += state[name];
  return sum;
}

/** Processor seconds so far, of each process. */
function cpuOf(deployment: Deployment, devices: number): Record<string, number> {
  const seconds: Record<string, number> = { devices };
  for (const zone of ["web", "qkdn"] as const) {
    const pid = deployment.pidOf(zone);
    if (pid !== undefined) seconds[zone] = processUse(pid).cpuSeconds;
  }
  return seconds;
}

/** Messages per second with a window of messages under way for every pair; what each cost the processors, as `name`. */
async function throughput(
  deployment: Deployment,
  hosts: readonly DeviceHost[],
  suite: SuiteName,
  name: string,
  warm = warmMs,
  timed = timedMs,
): Promise<number> {
  const end = Date.now() + warm + timed;
  const sending = Promise.all(hosts.map((host) => host.ask("keepSending", suite, window, end)));
  await pause(warm);
  const before = await devicesNow(hosts);
  const cpuBefore = cpuOf(deployment, before.cpuSeconds);
  const started = performance.now();
  await pause(end - Date.now());
  const after = await devicesNow(hosts);
  const count = after.opened - before.opened;
  const rate = count / ((performance.now() - started) / 1000);
  for (const [zone, seconds] of Object.entries(cpuOf(deployment, after.cpuSeconds)))
    metrics[`${name}_${zone}_cpu_ms_per_msg`] =
      (1000 * (seconds - (cpuBefore[zone] ?? 0))) / Math.max(1, count);
  metrics[`${name}_load_average`] = loadavg()[0] ?? 0;
  await sending;
  log(`${name}: ${rate.toFixed(0)} messages/s`);
  return rate;
}

/** Waits until nothing is under way; the number of messages that did not arrive in time (waiting for key). */
async function drain(hosts: readonly DeviceHost[], withinMs: number): Promise<number> {
  const until = Date.now() + withinMs;
  for (;;) {
    const { inFlight } = await devicesNow(hosts);
    if (inFlight === 0 || Date.now() >= until) return inFlight;
    await pause(100);
  }
}

/** Messages per second that every member opened, of another suite or in groups: shorter than the main measurements. */
async function further(
  deployment: Deployment,
  hosts: readonly DeviceHost[],
  suite: SuiteName,
  name: string,
): Promise<void> {
  metrics[`${name}_msgs_per_s`] = await throughput(deployment, hosts, suite, name, 3_000, 8_000);
  await drain(hosts, 5_000);
}

async function inGroups(deployment: Deployment, hosts: readonly DeviceHost[]): Promise<void> {
  for (const size of groupSizes) {
    const formed = await Promise.all(hosts.map((host) => host.ask("form", size)));
    metrics[`groups_of_${size}`] = formed.reduce((sum, count) => sum + count, 0);
    for (const suite of ["AES", "OTP"] as const)
      await further(deployment, hosts, suite, `${suite.toLowerCase()}_group${size}`);
  }
}

async function latency(
  hosts: readonly DeviceHost[],
  suite: SuiteName,
  rate: number,
  name: string,
): Promise<void> {
  const until = Date.now() + timedMs;
  const perPair = rate / sitePairs.reduce((sum, { devices }) => sum + devices, 0);
  await Promise.all(hosts.map((host) => host.ask("sendAtRate", suite, perPair, until)));
  const late = await drain(hosts, 15_000);
  const samples = (await Promise.all(hosts.map((host) => host.ask("latencies")))).flat();
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
  const hosts = await openPairs(deployment, folder);
  await Promise.all(hosts.map((host) => host.ask("form", 2)));
  log("the devices are ready");
  await fillPools(deployment, administrator, hosts);
  metrics.aes_msgs_per_s = await throughput(deployment, hosts, "AES", "aes");
  metrics.aes_late_after_full_load = await drain(hosts, 15_000);
  await latency(hosts, "AES", metrics.aes_msgs_per_s / 2, "aes");
  metrics.otp_msgs_per_s = await throughput(deployment, hosts, "OTP", "otp");
  metrics.key_after_mb = (await readPools(deployment, administrator, [])).availableBytes / 1e6;
  metrics.otp_late_after_full_load = await drain(hosts, 15_000);
  await latency(hosts, "OTP", metrics.otp_msgs_per_s / 2, "otp");
  const keyBytes = async () => (await readPools(deployment, administrator, [])).availableBytes;
  const keyBefore = await keyBytes();
  metrics.otp_sustained_msgs_per_s = await throughput(
    deployment,
    hosts,
    "OTP",
    "otp_sustained",
    5_000,
    20_000,
  );
  metrics.otp_sustained_key_change_mb = ((await keyBytes()) - keyBefore) / 1e6;
  await drain(hosts, 15_000);
  await further(deployment, hosts, "HYBRID", "hybrid");
  await further(deployment, hosts, "OTP_HYBRID", "otp_hybrid");
  await inGroups(deployment, hosts);
  for (const zone of ["web", "qkdn"] as const) {
    const pid = deployment.pidOf(zone);
    if (pid === undefined) continue;
    const use = processUse(pid);
    metrics[`${zone}_rss_mb`] = use.rssMb;
    metrics[`${zone}_cpu_s`] = use.cpuSeconds;
  }
  const devices = await devicesNow(hosts);
  metrics.devices_cpu_s = devices.cpuSeconds;
  metrics.devices_rss_mb = devices.rssMb;
  await Promise.race([Promise.all(hosts.map((host) => host.ask("stop"))), pause(10_000)]);
  for (const host of hosts) host.end();
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
