import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProcessLog } from "../../../lib/gateway/process/process-log.ts";
import { describeStartFailure } from "../../../lib/gateway/process/start-failure.ts";
import { type KeyProcess, startKeyProcess } from "../../../lib/gateway/process/start-key-process.ts";
import type { KeyLifeView, LedgerEntryView, OverviewView } from "../../../lib/keys/api-types.ts";
import small from "../../../lib/network/data/network-iberia-small.json" with { type: "json" };
import { loadTopology } from "../../../lib/network/load-topology.ts";
import { signCommand } from "../../../lib/protocol/command.ts";
import { parseDrawRecord } from "../../../lib/protocol/draw-record.ts";
import { readQkdnConfig } from "../../../lib/shared/config-qkdn.ts";
import { formatUuid, randomUuid } from "../../../lib/shared/uuid.ts";
import { freePortPair } from "../../support/free-port.ts";
import { TestDevice } from "./support/test-device.ts";
import { createTokenIssuer, type TokenIssuer } from "./support/token-issuer.ts";

/** The whole key process on the small network: photons, key managers, ETSI 014 over mutual TLS, gateways, operations. */
const lisbon = "pt-lis-mne";
const topology = loadTopology(small);
const madrid = topology.sites.find((site) => site.kind === "endpoint" && site.country === "ES")?.id ?? "";
let folder: string;
let linkWorker: URL;
let issuer: TokenIssuer;
let running: KeyProcess;
let port: number;

function configOf(dataFolder: string, at = port) {
  const env = { PORT: String(at), DATA_DIR: dataFolder, NETWORK: "iberia-small", LINK_WORKERS: "1" };
  return readQkdnConfig({ NODE_ENV: "test", ...env });
}

async function start(): Promise<void> {
  const config = configOf(folder);
  running = await startKeyProcess({
    config,
    topology,
    linkWorker,
    log: createProcessLog("silent"),
    now: Date.now,
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vernam-keys-"));
  const outfile = join(
    fileURLToPath(new URL("../../../.build/", import.meta.url)),
    `test-link-worker-${process.pid}.js`,
  );
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
  await start();
});

afterAll(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(linkWorker, { force: true });
});

const world = {
  get origin() {
    return `http://127.0.0.1:${port + 1}`;
  },
  token: (user: Uint8Array, site: string, roles?: readonly string[], audience?: string) =>
    issuer.token(user, site, roles, audience),
};

async function ops<T>(
  path: string,
  roles: readonly string[] = ["auditor"],
): Promise<{ status: number; body: T }> {
  const token = await issuer.token(randomUuid(), lisbon, roles, "ops");
  const answer = await fetch(`${world.origin}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, body: (await answer.json()) as T };
}

async function untilHealthy(): Promise<void> {
  while ((await fetch(`${world.origin}/health`)).status !== 200)
    await new Promise((next) => setTimeout(next, 100));
}

test("a key made of photons, relayed and supplied over ETSI 014, reaches a device in Madrid", async () => {
  await untilHealthy();
  const alice = await TestDevice.ready(world, lisbon);
  const bob = await TestDevice.ready(world, madrid);
  const { record, key, recordHash } = await alice.draw([bob]);
  expect(await bob.fetchKey(recordHash)).toEqual(key);
  const { value } = parseDrawRecord(record);
  expect(value.routes[0]?.[0]).toBe(lisbon);
  expect(value.routes[0]?.at(-1)).toBe(madrid);
  expect(value.networkBits).toBeGreaterThan(0);
  const keyId = formatUuid(value.keyIds[0]!);
  const life = await untilNoted(keyId);
  expect(life).toMatchObject({ masterSite: lisbon, slaveSites: [madrid], suite: 1, level: 0, bits: 768 });
  await alice.disconnect();
  await bob.disconnect();
});

async function untilNoted(keyId: string): Promise<KeyLifeView> {
  for (;;) {
    const { body } = await ops<KeyLifeView>(`/ops/keys/${keyId}`);
    if (body.suite !== null && body.state === "delivered") return body;
    await new Promise((next) => setTimeout(next, 20));
  }
}

describe("the operations face", () => {
  test("answers every read to people with a role and to nobody else", async () => {
    const now = Date.now();
    const paths = [
      "/ops/topology",
      "/ops/overview",
      "/ops/links",
      "/ops/alarms",
      `/ops/consumption?from=${now - 3_600_000}&to=${now}&bucketMs=60000&by=suite`,
      `/ops/pair?a=${lisbon}&b=${madrid}`,
      "/ops/ledger/balances",
      "/ops/ledger/chains",
      "/ops/ledger/verify",
      `/ops/ledger/entries?site=${lisbon}&limit=5`,
      "/ops/keys?limit=5",
      "/ops/kmes",
      `/ops/kmes/status?master=sae-${lisbon}&slave=sae-${madrid}`,
      "/ops/devices",
    ];
    for (const path of paths) {
      expect((await ops(path)).status, path).toBe(200);
      expect((await ops(path, ["user"])).body, path).toMatchObject({ code: "token.role" });
      expect((await fetch(`${world.origin}${path}`)).status, path).toBe(401);
    }
    const wrong = await issuer.token(randomUuid(), lisbon, ["auditor"], `gateway:${lisbon}`);
    const answer = await fetch(`${world.origin}/ops/links`, {
      headers: { authorization: `Bearer ${wrong}` },
    });
    expect(answer.status).toBe(401);
  });

  test("answers questions it does not understand with a code", async () => {
    expect((await ops("/ops/consumption?from=5&to=1&bucketMs=1000")).body).toMatchObject({
      code: "ops.query",
    });
    expect((await ops("/ops/keys/nothing")).status).toBe(404);
    expect((await ops("/ops/keys?limit=100000")).body).toMatchObject({ code: "ops.query" });
  });

  test("streams the state, then what changed", async () => {
    const token = await issuer.token(randomUuid(), lisbon, ["presenter"], "ops");
    const stop = new AbortController();
    const answer = await fetch(`${world.origin}/ops/events`, {
      headers: { authorization: `Bearer ${token}`, origin: `http://localhost:${port}` },
      signal: stop.signal,
    });
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    expect(answer.headers.get("access-control-allow-origin")).toBe(`http://localhost:${port}`);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    const link = topology.keyLinks[0]!.id;
    let text = "";
    const until = async (part: RegExp) => {
      while (!part.test(text)) text += (await reader.read()).value ?? "";
    };
    await until(/event: overview\ndata: .*\n\n/);
    await until(/event: links\ndata: .*\n\n/);
    text = "";
    running.links.setCut(link, true);
    await until(new RegExp(`event: links\ndata: .*${link}.*"cut":true`));
    running.links.setCut(link, false);
    stop.abort();
  });

  test("carries out the command of a presenter's device and enters it in the site's log", async () => {
    const presenter = await TestDevice.create(world, lisbon);
    await presenter.enrol(["user", "presenter"]);
    const link = topology.keyLinks[0]!.id;
    const command = await signCommand(
      {
        nonce: randomUuid(),
        expiry: Date.now() + 30_000,
        kind: "link.attack",
        args: { link, model: "intercept-resend", fraction: 0.5 },
        certificateHash: presenter.certificateHash,
      },
      presenter.signer,
    );
    const post = () =>
      fetch(`${world.origin}/ops/commands`, {
        method: "POST",
        headers: { "content-type": "application/cbor" },
        body: command,
      });
    expect((await post()).status).toBe(200);
    expect(running.links.status(link).attack).toEqual({ model: "intercept-resend", fraction: 0.5 });
    expect(await (await post()).json()).toMatchObject({ code: "command.replayed" });
    const { body } = await ops<LedgerEntryView[]>(`/ops/ledger/entries?site=${lisbon}&kind=command`);
    expect(body.at(-1)?.detail).toMatchObject({ command: "link.attack", "arg.link": link });
    running.links.resetAll();
  });
});

test("another process on the same folder, or on the same port, is told why it cannot start", async () => {
  const second = async (dataFolder: string, at: number) => {
    try {
      const config = configOf(dataFolder, at);
      await startKeyProcess({ config, topology, linkWorker, log: createProcessLog("silent"), now: Date.now });
      return undefined;
    } catch (error) {
      return describeStartFailure(error).code;
    }
  };
  expect(await second(folder, await freePortPair())).toBe("database.folder-locked");
  const other = mkdtempSync(join(tmpdir(), "vernam-keys-"));
  expect(await second(other, port)).toBe("start.port-in-use");
  rmSync(other, { recursive: true, force: true });
});

test("after a restart devices, balances and chains are as before", async () => {
  const device = await TestDevice.ready(world, lisbon);
  await device.disconnect();
  await running.close();
  await start();
  await untilHealthy();
  await device.connect();
  expect((await device.ask({ type: "list-waiting" })).type).toBe("waiting");
  await device.disconnect();
  const { body } = await ops<{ verdict: string; ok: boolean }>("/ops/ledger/verify");
  expect(body.ok).toBe(true);
  const balances = await ops<{ balance: number }[]>("/ops/ledger/balances");
  expect(balances.body.every((row) => row.balance === 0)).toBe(true);
  const overview = await ops<OverviewView>("/ops/overview");
  expect(overview.body.pairsWithKey).toBeGreaterThan(0);
});
