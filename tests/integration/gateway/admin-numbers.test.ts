import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decode } from "cborg";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProcessLog } from "../../../lib/gateway/process/process-log.ts";
import { type KeyProcess, startKeyProcess } from "../../../lib/gateway/process/start-key-process.ts";
import type {
  AffectedView,
  AlarmRecordView,
  BalanceView,
  ChainView,
  ConsumptionView,
  DeviceView,
  KeyLifeView,
  KmeStatusView,
  KmeView,
  LedgerEntryView,
  LinkStatus,
  OverviewView,
  PairView,
  PoliciesView,
  PoolOutlookView,
  ServiceView,
  TrialView,
  VerifyView,
} from "../../../lib/keys/api-types.ts";
import { KmeConnection } from "../../../lib/keys/etsi014/kme-connection.ts";
import small from "../../../lib/network/data/network-iberia-small.json" with { type: "json" };
import { loadTopology } from "../../../lib/network/load-topology.ts";
import { readQkdnConfig } from "../../../lib/shared/config-qkdn.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { formatUuid, randomUuid } from "../../../lib/shared/uuid.ts";
import { freePortPair } from "../../support/free-port.ts";
import { until } from "../../support/until.ts";
import { TestDevice } from "./support/test-device.ts";
import { createTokenIssuer, type TokenIssuer } from "./support/token-issuer.ts";

/**
 * Every number of the administration's pages, computed twice: as the pages get it, and from the tables with the
 * arithmetic of this file. Links are full and nobody draws while the two are compared.
 */
const lisbon = "pt-lis-mne";
const topology = loadTopology(small);
const madrid = topology.sites.find((site) => site.kind === "endpoint" && site.country === "ES")?.id ?? "";
const hourMs = 3_600_000;
let folder: string;
let linkWorker: URL;
let issuer: TokenIssuer;
let running: KeyProcess;
let port: number;
let alarmed: string;

interface Row {
  readonly site: string;
  readonly index: number;
  readonly at: number;
  readonly kind: string;
  readonly body: Uint8Array;
  readonly hash: Uint8Array;
  readonly detail: Record<string, unknown>;
}
let rows: Row[] = [];
interface Life {
  readonly key_id: Uint8Array;
  readonly master_site: string;
  readonly slave_sites: string[];
  readonly ledger_index: number;
  readonly bits: number;
  readonly requested_at: number;
  readonly ended: string | null;
  readonly suite: number | null;
  readonly level: number | null;
}
let lives: Life[] = [];

const database = () => running.world.database;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const relays = () => rows.filter(({ kind }) => kind === "relay");
const bytesOf = ({ detail }: Row) => sum(detail.bytes as number[]);

const world = {
  get origin() {
    return `http://127.0.0.1:${port + 1}`;
  },
  token: (user: Uint8Array, site: string, roles?: readonly string[], audience?: string) =>
    issuer.token(user, site, roles, audience),
};

async function ops<T>(path: string): Promise<T> {
  const token = await issuer.token(randomUuid(), lisbon, ["user", "auditor"], "ops");
  const answer = await fetch(`${world.origin}${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status, path).toBe(200);
  return (await answer.json()) as T;
}

const links = () => running.links.statuses();
const atRest = () =>
  until(
    "every link is full",
    () => links().every(({ condition }) => condition === "standby"),
    120_000,
    links,
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vernam-numbers-"));
  const build_ = fileURLToPath(new URL("../../../.build/", import.meta.url));
  const outfile = join(build_, `test-numbers-worker-${process.pid}.js`);
  await build({
    entryPoints: ["lib/keys/links/link-worker.ts"],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
  });
  linkWorker = new URL(`file://${outfile}`);
  issuer = await createTokenIssuer(folder, Date.now);
  port = await freePortPair();
  running = await startKeyProcess({
    config: readQkdnConfig({
      NODE_ENV: "test",
      PORT: String(port),
      DATA_DIR: folder,
      NETWORK: "iberia-small",
      LINK_WORKERS: "1",
      POOL_TARGET_BYTES: "16000",
    }),
    topology,
    linkWorker,
    log: createProcessLog("silent"),
    now: Date.now,
  });
  await atRest();
  await drawAndBreak();
  await atRest();
  await running.world.keepHouse();
  await readTables();
}, 180_000);

/** Some traffic in several suites and levels, and a link that is cut and mended. */
async function drawAndBreak(): Promise<void> {
  const alice = await TestDevice.ready(world, lisbon);
  const bob = await TestDevice.ready(world, madrid);
  for (const [suite, bytes, level] of [
    [1, 96, 0],
    [1, 400, 1],
    [3, 32, 1],
    [2, 32, 0],
    [4, 300, 2],
  ] as const) {
    const { recordHash } = await alice.draw([bob], { suite, bytes, level: suite === 1 ? 0 : level });
    await bob.fetchKey(recordHash);
  }
  const { recordHash } = await bob.draw([alice], { bytes: 200 });
  await alice.fetchKey(recordHash);
  await alice.disconnect();
  await bob.disconnect();
  const [life] = await ops<KeyLifeView[]>("/ops/keys?limit=1");
  alarmed = life?.costPerLink[0]?.link ?? "";
  running.links.setCut(alarmed, true);
  await until("the alarm stands", () => running.links.status(alarmed).alarm !== null);
  running.links.setCut(alarmed, false);
  await until("the alarm is over", () => running.links.status(alarmed).alarm === null, 60_000);
}

async function readTables(): Promise<void> {
  const stored = await database().query<Omit<Row, "detail">>(
    `SELECT * FROM ledger_rows ORDER BY site, "index"`,
  );
  rows = stored.map((row) => ({
    ...row,
    detail: (decode(row.body) as unknown[])[5] as Record<string, unknown>,
  }));
  lives = await database().query<Life>("SELECT * FROM key_lives ORDER BY requested_at");
}

afterAll(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(linkWorker, { force: true });
});

describe("network health", () => {
  test("its totals are the ledger's", async () => {
    const overview = await ops<OverviewView>("/ops/overview");
    const blocks = rows.filter(({ kind }) => kind === "block");
    expect(blocks.length).toBeGreaterThan(0);
    const voided = rows.filter(({ kind }) => kind === "void");
    expect(overview.generatedBytes).toBe(sum(blocks.map(({ detail }) => Number(detail.generated))));
    expect(overview.consumedBytes).toBe(sum([...relays(), ...voided].map(bytesOf)));
    expect(overview.keysSupplied).toBe(lives.length);
    const statuses = await ops<LinkStatus[]>("/ops/links");
    expect(overview.availableBytes).toBe(sum(statuses.map((status) => status.availableBytes)));
    expect(overview.alarms).toBe(statuses.filter(({ condition }) => condition === "alarm").length);
    expect(overview.warmUp.links).toBe(statuses.length);
    for (const [condition, count] of Object.entries(overview.linksByCondition))
      expect(count).toBe(statuses.filter((status) => status.condition === condition).length);
    const posts = topology.sites.filter(({ kind }) => kind === "endpoint");
    const pairs = posts.flatMap((a, i) => posts.slice(i + 1).filter((b) => a.country !== b.country));
    expect(overview.pairsWithKey + overview.pairsWaiting.length).toBe(pairs.length);
  });

  test("the time to empty follows from the rates beside it", async () => {
    const pools = await ops<PoolOutlookView[]>("/ops/pools");
    expect(pools).toHaveLength(links().length);
    for (const { link, producedBytesPerSecond: made, consumedBytesPerSecond: used, timeToEmptyMs } of pools) {
      const drain = (used ?? 0) - (made ?? 0);
      const expected = drain > 0 ? (1000 * running.links.status(link).availableBytes) / drain : null;
      if (expected === null) expect(timeToEmptyMs).toBeNull();
      else expect(timeToEmptyMs).toBe(Math.round(expected));
    }
  });
});

describe("the ledger", () => {
  test("each link's account is the sum of its rows, and nothing is left over", async () => {
    const balances = await ops<BalanceView[]>("/ops/ledger/balances");
    expect(balances.length).toBe(links().length);
    for (const { link, ledger, balance, agree } of balances) {
      const own = rows.filter(({ detail }) => detail.link === link);
      const column = (name: string) => sum(own.map(({ detail }) => Number(detail[name] ?? 0)));
      const carried = sum(
        rows
          .filter(({ kind }) => kind === "relay" || kind === "void")
          .map(({ detail }) => {
            const at = (detail.links as string[]).indexOf(link);
            return at < 0 ? 0 : ((detail.bytes as number[])[at] ?? 0);
          }),
      );
      expect(ledger.generated, link).toBe(column("generated"));
      expect(ledger.relayed + ledger.supplied, link).toBe(carried);
      expect(ledger.authentication, link).toBe(column("authentication"));
      expect(ledger.expired, link).toBe(column("expired"));
      expect(ledger.discarded, link).toBe(column("discarded"));
      expect(ledger.lostAtRestart, link).toBe(column("lostAtRestart"));
      const uses = carried + sum(["authentication", "expired", "discarded", "lostAtRestart"].map(column));
      expect(ledger.generated - uses - ledger.stored).toBe(balance);
      expect([balance, agree]).toEqual([0, true]);
    }
  });

  test("each chain has the length and the head of its rows, hashed again here", async () => {
    const chains = await ops<ChainView[]>("/ops/ledger/chains");
    await readTables();
    for (const { site, length, head } of chains) {
      const chain = rows.filter((row) => row.site === site).slice(0, length);
      expect(chain).toHaveLength(length);
      let hash: Buffer = Buffer.alloc(64);
      for (const { body } of chain) hash = createHash("sha512").update(hash).update(body).digest();
      expect(head, site).toBe(hash.toString("hex"));
    }
    const verified = await ops<VerifyView>("/ops/ledger/verify");
    expect(verified).toMatchObject({ ok: true, checked: rows.length });
  });

  test("entries are the rows, and a key's life is its row's", async () => {
    const entries = await ops<LedgerEntryView[]>(`/ops/ledger/entries?site=${lisbon}&kind=relay&limit=500`);
    const own = relays().filter(({ site }) => site === lisbon);
    expect(entries.map(({ index }) => index)).toEqual(own.map(({ index }) => index));
    expect(entries.map(({ hash }) => hash)).toEqual(own.map(({ hash }) => toHex(hash)));
    const keys = await ops<KeyLifeView[]>("/ops/keys?limit=200");
    expect(keys).toHaveLength(lives.length);
    for (const key of keys) {
      const life = lives.find(({ key_id }) => formatUuid(key_id) === key.keyId);
      const row = relays().find(
        ({ site, index }) => site === life?.master_site && index === life?.ledger_index,
      );
      if (row === undefined) throw new Error(`no row of key ${key.keyId}`);
      const shared = (row.detail.keys as string[]).length;
      expect(key.bits).toBe(life?.bits);
      expect([key.suite, key.level]).toEqual([life?.suite, life?.level]);
      const cost = (row.detail.bytes as number[]).map((bytes) => Math.ceil((bytes * 8) / shared));
      expect(key.costPerLink.map(({ bits }) => bits)).toEqual(cost);
      expect(key.networkBits).toBe(sum(cost));
    }
  });
});

describe("key consumption", () => {
  const from = () => Math.floor((Date.now() - hourMs) / 10_000) * 10_000;
  const read = (by: string) => {
    const start = from();
    return ops<ConsumptionView>(
      `/ops/consumption?from=${start}&to=${start + 2 * hourMs}&bucketMs=60000&by=${by}`,
    );
  };

  test("made and used, bucket by bucket, are blocks and relays", async () => {
    const view = await read("pair");
    const inBucket = (at: number, index: number) =>
      Math.floor((Math.floor(at / 10_000) * 10_000 - view.from) / view.bucketMs) === index;
    for (const index of view.generatedBytes.keys()) {
      const blocks = rows.filter(({ kind, at }) => kind === "block" && inBucket(at, index));
      expect(view.generatedBytes[index]).toBe(sum(blocks.map(({ detail }) => Number(detail.generated))));
      expect(view.consumedBytes[index]).toBe(
        sum(
          relays()
            .filter(({ at }) => inBucket(at, index))
            .map(bytesOf),
        ),
      );
    }
    expect(sum(view.consumedBytes)).toBeGreaterThan(0);
  });

  test("groups by pair, site and purpose are sums of relays", async () => {
    const pairs = new Map<string, number>();
    const sites = new Map<string, number>();
    const purposes = new Map<string, number>();
    const add = (to: Map<string, number>, name: string, bytes: number) =>
      to.set(name, (to.get(name) ?? 0) + bytes);
    for (const row of relays()) {
      const slaves = row.detail.slaves as string[];
      expect(slaves).toHaveLength(1);
      add(pairs, [row.site, ...slaves].sort().join(" "), bytesOf(row));
      add(sites, row.site, bytesOf(row));
      const far = (row.detail.routes as string[]).some((route) => route.split(" ").length > 2);
      add(purposes, far ? "relayed" : "supplied", bytesOf(row));
    }
    for (const [by, expected] of Object.entries({ pair: pairs, site: sites, purpose: purposes })) {
      const { groups } = await read(by);
      expect(Object.fromEntries(groups.map(({ name, bytes }) => [name, bytes])), by).toEqual(
        Object.fromEntries(expected),
      );
      expect(sum(groups.map(({ keys }) => keys))).toBe(lives.length);
      for (const { bytes, series } of groups) expect(sum(series)).toBe(bytes);
    }
  });

  test("groups by suite and level are sums of the keys that devices drew", async () => {
    const used = lives.filter(({ suite }) => suite !== null);
    expect(used.length).toBeGreaterThan(5);
    for (const [by, pick] of [
      ["suite", (life: Life) => String(life.suite)],
      ["level", (life: Life) => String(life.level)],
    ] as const) {
      const expected: Record<string, number> = {};
      for (const life of used) expected[pick(life)] = (expected[pick(life)] ?? 0) + life.bits / 8;
      const { groups } = await read(by);
      expect(Object.fromEntries(groups.map(({ name, bytes }) => [name, bytes])), by).toEqual(expected);
    }
  });
});

describe("policies", () => {
  const drawn = () => lives.filter(({ level }) => level !== null);

  test("what sites drew in the last hour is the sum of their keys", async () => {
    const { used } = await ops<PoliciesView>("/ops/policies");
    const expected = new Map<string, number>();
    for (const { master_site: site, level, bits } of drawn())
      expected.set(`${site} ${level}`, (expected.get(`${site} ${level}`) ?? 0) + bits / 8);
    expect(new Map(used.map(({ site, level, bytes }) => [`${site} ${level}`, bytes]))).toEqual(expected);
  });

  test("the trial counts every draw of the day, and refuses exactly those larger than the quota", async () => {
    const trial = await ops<TrialView>("/ops/policies/trial?quota=*%20all%20250");
    expect(trial.draws).toBe(drawn().length);
    expect(trial.bytes).toBe(sum(drawn().map(({ bits }) => bits / 8)));
    const large = drawn().filter(({ bits }) => bits / 8 > 250);
    expect([trial.refused, trial.refusedBytes]).toEqual([
      large.length,
      sum(large.map(({ bits }) => bits / 8)),
    ]);
    for (const name of ["draws", "bytes", "waited", "refused", "tooWeak"] as const)
      expect(sum(trial.rows.map((row) => row[name])), name).toBe(trial[name]);
    const pads = await ops<TrialView>(
      `/ops/policies/trial?${[0, 1, 2, 3].map(() => "level=4%204%200%200%201%200").join("&")}`,
    );
    expect(pads.tooWeak).toBe(drawn().filter(({ suite }) => suite !== 4).length);
  });
});

describe("alarms", () => {
  test("the history is what the links raised, with the pairs whose keys went there", async () => {
    const history = await ops<AlarmRecordView[]>("/ops/alarms/history?state=all");
    const raised = running.links.alarms();
    expect(raised.length).toBeGreaterThan(0);
    const facts = ({
      id,
      cause,
      raisedAt,
      clearedAt,
    }: Pick<AlarmRecordView, "id" | "cause" | "raisedAt" | "clearedAt">) => ({
      id,
      cause,
      raisedAt,
      clearedAt,
    });
    expect(history.map(facts)).toEqual([...raised].sort((a, b) => b.raisedAt - a.raisedAt).map(facts));
    const cut = history.find(({ subject, cause }) => subject === alarmed && cause === "no-light");
    const affected = await ops<AffectedView[]>(`/ops/alarms/affected?alarm=${cut?.id}`);
    const crossed = relays().filter(
      ({ detail, at }) => (detail.links as string[]).includes(alarmed) && at <= (cut?.clearedAt ?? 0),
    );
    expect(crossed.length).toBeGreaterThan(0);
    expect(sum(affected.map(({ keys }) => keys))).toBe(
      sum(crossed.map(({ detail }) => (detail.keys as string[]).length)),
    );
    for (const { a, b, conversations } of affected) {
      const keys = crossed
        .filter(({ site, detail }) => site === a && (detail.slaves as string[]).includes(b))
        .flatMap(({ detail }) => detail.keys as string[]);
      const draws = rows.filter(({ kind, detail }) => kind === "draw" && keys.includes(String(detail.key)));
      expect(conversations).toBe(new Set(draws.map(({ detail }) => detail.conversation)).size);
    }
  });
});

/** The report of the last hour, once availability was looked at: that is every ten seconds. */
async function measuredService(): Promise<{ view: ServiceView; from: number; to: number }> {
  for (;;) {
    const to = Math.ceil(Date.now() / 60_000) * 60_000;
    const from = to - hourMs;
    const view = await ops<ServiceView>(`/ops/service?from=${from}&to=${to}&bucketMs=60000`);
    if (view.availability.pairs !== null) return { view, from, to };
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

describe("the service report", () => {
  test("is the arithmetic of keys, measured minutes and alarms", async () => {
    const { view, from, to } = await measuredService();
    const inside = lives.filter(({ requested_at: at }) => at >= from && at < to);
    expect(view.throughput.keys).toBe(inside.length);
    expect(view.throughput.keyBytes).toBe(sum(inside.map(({ bits }) => bits / 8)));
    const made = rows.filter(({ kind, at }) => kind === "block" && at >= from && at < to);
    expect(view.throughput.generatedBytes).toBe(sum(made.map(({ detail }) => Number(detail.generated))));
    const seconds = view.measuredMs / 1000;
    expect(view.throughput.keyBitsPerSecond).toBeCloseTo((view.throughput.keyBytes * 8) / seconds, 6);
    const ended = (how: string) => inside.filter((life) => life.ended === how).length;
    expect(view.loss).toMatchObject({ expired: ended("expired"), void: ended("void") });
    expect(view.loss.ended).toBe(inside.filter((life) => life.ended !== null).length);

    const minutes = await database().query<Record<string, number> & { delays: number[] }>(
      "SELECT * FROM service_minutes ORDER BY minute",
    );
    const total = (name: string) => sum(minutes.map((minute) => Number(minute[name])));
    expect(view.measuredMs).toBe(minutes.length * 60_000);
    // What was measured after the answer is not in it: requests are over, samples go on.
    expect(view.responseDelay.answered).toBe(total("answered"));
    expect(view.responseDelay.meanMs).toBeCloseTo(total("delay_us") / 1000 / total("answered"), 6);
    expect(sum(minutes.flatMap(({ delays }) => delays))).toBe(total("answered"));
    expect(view.loss.refused).toBe(total("refused"));
    expect(view.responseDelay.longestMs).toBe(
      Math.max(...minutes.map((minute) => Number(minute.longest_us))) / 1000,
    );
    expect(sum(view.periods.map(({ keys }) => keys))).toBe(view.throughput.keys);
    expect(sum(view.periods.map(({ requests }) => requests))).toBe(view.loss.requests);
    expect(view.availability.pairs).toBeGreaterThan(0);
    expect(view.availability.pairs).toBeLessThanOrEqual(1);

    const alarms = running.links.alarms().filter(({ severity }) => severity === "alarm");
    const lasted = alarms.flatMap(({ raisedAt, clearedAt }) =>
      clearedAt === null ? [] : [clearedAt - raisedAt],
    );
    expect(view.restoration).toMatchObject({ alarms: alarms.length, restored: lasted.length });
    expect(view.restoration.meanMs).toBeCloseTo(sum(lasted) / lasted.length, 6);
    expect(view.restoration.longestMs).toBe(Math.max(...lasted));
  });
});

describe("key managers and devices", () => {
  test("the status between two sites is what the key manager tells its SAE over the standard's own face", async () => {
    const [master, slave] = [`sae-${lisbon}`, `sae-${madrid}`];
    const path = `/ops/kmes/status?master=${master}&slave=${slave}`;
    const view = await ops<KmeStatusView>(path);
    const { pki } = running.world;
    const kmes = await ops<KmeView[]>("/ops/kmes");
    const url = kmes.find(({ saeId }) => saeId === master)?.address ?? "";
    const client = new KmeConnection({ url, root: pki.root.certificate, ...pki.saeCertificate(master) }, {});
    const told = await client.send(slave, "status");
    client.close();
    expect(told).toMatchObject({ status: 200, body: view });

    const { route } = await ops<PairView>(`/ops/pair?a=${lisbon}&b=${madrid}`);
    const held = (route ?? []).slice(1).map((site, i) => {
      const between = topology.keyLinks.filter(({ a, b }) =>
        [a, b].every((x) => x === site || x === route?.[i]),
      );
      expect(between).toHaveLength(1);
      return running.links.status(between[0]?.id ?? "").availableBytes;
    });
    // Every hop spends 32 bytes on its tag; a key of the standard's default size here is 32 bytes.
    expect(view.stored_key_count).toBe(Math.floor((Math.min(...held) - 32) / 32));
    expect(view.stored_key_count).toBeGreaterThan(0);
    expect(view).toMatchObject({ key_size: 256, master_SAE_ID: master, slave_SAE_ID: slave });
    const back = await ops<KmeStatusView>(`/ops/kmes/status?master=${slave}&slave=${master}`);
    expect(back.stored_key_count).toBe(view.stored_key_count);
  });

  test("certificates are those on disk, and devices those of the tables", async () => {
    const kmes = await ops<KmeView[]>("/ops/kmes");
    expect(kmes).toHaveLength(topology.sites.filter(({ kind }) => kind === "endpoint").length);
    for (const { site, certificateFingerprint, notAfter } of kmes) {
      const { certificate } = await running.world.pki.kmeCertificate(site);
      const parsed = new X509Certificate(certificate);
      expect(certificateFingerprint).toBe(parsed.fingerprint256.replaceAll(":", "").toLowerCase());
      expect(notAfter).toBe(Date.parse(parsed.validTo));
    }
    const devices = await ops<DeviceView[]>("/ops/devices");
    const stored = await database().query<{ device: Uint8Array; state: string; enrolled_at: number }>(
      "SELECT device, state, enrolled_at FROM gateway_device",
    );
    const facts = stored
      .map(({ device, state, enrolled_at: at }) => `${toHex(device)} ${state} ${at}`)
      .sort();
    expect(devices.map(({ device, state, enrolledAt }) => `${device} ${state} ${enrolledAt}`).sort()).toEqual(
      facts,
    );
  });
});
