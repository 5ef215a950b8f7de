import { loadavg } from "node:os";
import { hasPostgres, startPostgres } from "../tests/integration/helpers/postgres.ts";
import { atRate, flatOut, KeyPairClient, type Phase } from "./keys/key-pairs.ts";
import { KmeHandle } from "./keys/kme-handle.ts";
import { distances, siteAt } from "./keys/line-network.ts";
import { percentile } from "./support/percentile.ts";
import { report } from "./support/report.ts";

/**
 * Key delivery by ETSI GS QKD 014: one pair is an enc_keys and the dec_keys of its key, 256 bits over one trusted node,
 * each on its own mutual TLS connection, committed before it is answered. The links' pools are filled by a test double:
 * simulated links make less key than this draws.
 */
const program = new URL("./keys/kme-process.js", import.meta.url);
const phase: Phase = { warmMs: 2_000, timedMs: 6_000 };
const poolBytes = 24_000_000;
const metrics: Record<string, number> = {};
const log = (text: string): void => void process.stderr.write(`${text}\n`);

function cpuHere(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function openClients(kmes: KmeHandle, number: number): Promise<KeyPairClient[]> {
  const open = () => KeyPairClient.open(kmes.accesses, siteAt(0), siteAt(2));
  return Promise.all(Array.from({ length: number }, open));
}

/** Pairs per second with so many clients; what a pair cost the processors on both sides. */
async function pairs(kmes: KmeHandle, clients: number, suffix = ""): Promise<number> {
  await kmes.ask("fill", { bytes: poolBytes });
  const opened = await openClients(kmes, clients);
  const cpu: { kme: number; here: number }[] = [];
  const mark = async () => void cpu.push({ here: cpuHere(), kme: await kmes.ask("cpu", null) });
  const load = await flatOut(opened, (client) => client.pair(), { ...phase, mark });
  for (const client of opened) client.close();
  const name = `c${clients}${suffix}`;
  metrics[`pairs_per_s_${name}`] = load.perSecond;
  metrics[`pairs_p50_ms_${name}`] = percentile(load.latencies, 0.5);
  metrics[`pairs_p99_ms_${name}`] = percentile(load.latencies, 0.99);
  const [before, after] = cpu;
  if (before !== undefined && after !== undefined) {
    metrics[`cpu_ms_per_pair_${name}`] = (after.kme - before.kme) / 1000 / Math.max(1, load.pairs);
    metrics[`client_cpu_ms_per_pair_${name}`] = (after.here - before.here) / 1000 / Math.max(1, load.pairs);
  }
  log(`${name}: ${load.perSecond.toFixed(0)} pairs/s`);
  return load.perSecond;
}

async function warm(kmes: KmeHandle): Promise<void> {
  await kmes.ask("fill", { bytes: poolBytes });
  await kmes.ask("inProcess", { ms: 8_000, atOnce: 16 });
}

async function halfLoad(kmes: KmeHandle, perSecond: number, suffix = ""): Promise<void> {
  await kmes.ask("fill", { bytes: poolBytes });
  const opened = await openClients(kmes, 64);
  const load = await atRate(opened, (client) => client.pair(), perSecond / 2, phase);
  for (const client of opened) client.close();
  metrics[`pairs_p50_ms_half_load${suffix}`] = percentile(load.latencies, 0.5);
  metrics[`pairs_p99_ms_half_load${suffix}`] = percentile(load.latencies, 0.99);
  metrics[`half_load_pairs_per_s${suffix}`] = load.perSecond;
}

async function inProcess(kmes: KmeHandle, suffix = ""): Promise<void> {
  await kmes.ask("fill", { bytes: poolBytes });
  const load = { ms: phase.timedMs, atOnce: 256 };
  await kmes.ask("inProcess", { ...load, ms: phase.warmMs });
  const before = await kmes.ask("cpu", null);
  const done = await kmes.ask("inProcess", load);
  const cpu = (await kmes.ask("cpu", null)) - before;
  metrics[`inprocess_pairs_per_s${suffix}`] = done / (phase.timedMs / 1000);
  metrics[`inprocess_cpu_ms_per_pair${suffix}`] = cpu / 1000 / Math.max(1, done);
  log(`in process${suffix}: ${(done / (phase.timedMs / 1000)).toFixed(0)} pairs/s`);
}

async function status(kmes: KmeHandle): Promise<void> {
  const opened = await openClients(kmes, 16);
  const load = await flatOut(opened, (client) => client.status(), phase);
  for (const client of opened) client.close();
  metrics.status_per_s = load.perSecond;
  metrics.status_p99_ms = percentile(load.latencies, 0.99);
}

async function hops(kmes: KmeHandle): Promise<void> {
  const costs = new Map<number, number>();
  for (const distance of distances) {
    if (distance === 2) continue;
    const cost = await kmes.ask("encCost", { hops: distance });
    costs.set(distance, cost);
    metrics[`enc_cpu_us_${distance}_hops`] = cost;
  }
  const [near = 0, far = 0] = [costs.get(1), costs.get(40)];
  metrics.relay_us_per_hop = (far - near) / 39;
}

async function audit(kmes: KmeHandle): Promise<void> {
  if ((await kmes.ask("audit", null)) !== 1)
    throw new Error("a balance is not zero or a chain does not verify");
}

const kmes = await KmeHandle.start(program);
// The embedded database is compiled while it runs: the fewest clients come last.
await warm(kmes);
await halfLoad(kmes, await pairs(kmes, 64));
await pairs(kmes, 16);
await pairs(kmes, 1);
await status(kmes);
await inProcess(kmes);
await hops(kmes);
await audit(kmes);
await kmes.stop();
if (hasPostgres) {
  const server = await startPostgres();
  const onPostgres = await KmeHandle.start(program, await server.createDatabase());
  await halfLoad(onPostgres, await pairs(onPostgres, 64, "_postgres"), "_postgres");
  await pairs(onPostgres, 16, "_postgres");
  await pairs(onPostgres, 1, "_postgres");
  await inProcess(onPostgres, "_postgres");
  await audit(onPostgres);
  await onPostgres.stop();
  await server.stop();
}
metrics.load_average = loadavg()[0] ?? 0;
report("keys", metrics);
process.exit(0);
