import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createProcessLog } from "../../../lib/gateway/process/process-log.ts";
import { startKeyProcess } from "../../../lib/gateway/process/start-key-process.ts";
import { loadNamedNetwork } from "../../../lib/network/named-networks.ts";
import { readQkdnConfig } from "../../../lib/shared/config-qkdn.ts";
import { ensureBundled } from "../../../scripts/steps/build.mjs";
import { freePortPair } from "../../support/free-port.ts";
import { until } from "../../support/until.ts";
import { type DeviceWorld, TestDevice } from "../gateway/support/test-device.ts";
import { createTokenIssuer } from "../gateway/support/token-issuer.ts";

/** `npm run kme` as somebody outside uses it: only its command lines, its files and its ports. */
const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../../..");
const lisbon = "pt-lis-mne";
const madrid = "es-mad-mfa";

let folder: string;
let child: ChildProcess;
let output = "";
let log = "";
let firstPort: number;

const env = () => ({
  ...process.env,
  DATA_DIR: join(folder, "data"),
  NETWORK: "iberia-small",
  PORT: String(firstPort),
  LINK_WORKERS: "1",
});
const pki = () => join(folder, "data", "qkdn", "pki");

/** The address that the command printed for a site. */
function addressOf(site: string): string {
  return new RegExp(`kme-${site}  (\\S+)`).exec(output)?.[1] ?? "";
}

async function keys(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ["scripts/keys.mjs", ...args], { cwd: root, env: env() });
  return stdout;
}

beforeAll(async () => {
  await ensureBundled();
  folder = mkdtempSync(join(tmpdir(), "vernam-kme-"));
  firstPort = await freePortPair();
  child = spawn(process.execPath, ["scripts/kme.mjs"], {
    cwd: root,
    env: env(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  await until(
    "it prints its key managers",
    () => output.includes("Ctrl-C"),
    80_000,
    () => log,
  );
}, 90_000);

afterAll(() => {
  child?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

it("prints a call that draws a key once the links have some", async () => {
  expect(new URL(addressOf("pt-lis-gns")).port).toBe(String(firstPort));
  const line = output.split("\n").find((text) => text.trim().startsWith("curl")) ?? "";
  const drawn = await until("the links have key", async () => {
    const { stdout } = await run("sh", ["-c", `${line} --silent`]);
    return stdout.includes("key_ID") && stdout;
  });
  expect(JSON.parse(drawn).keys).toHaveLength(1);
});

it("serves the curl examples of the documentation", async () => {
  const text = readFileSync(join(root, "docs/KEY-MANAGER.md"), "utf8");
  const script = /<!-- executed by [^>]* -->\n```sh\n([\s\S]*?)```/.exec(text)?.[1] ?? "exit 1";
  const vars = { ...env(), PKI: pki(), LISBON: addressOf(lisbon), MADRID: addressOf(madrid) };
  // Without key the first answer holds no identifier, and the script ends at the address made of it.
  const call = () => run("sh", ["-e", "-c", script], { cwd: folder, env: vars }).catch(() => undefined);
  const { stdout } = await until("the route has key", async () => {
    const done = await call();
    return (
      done?.stdout.includes('"keyId"') &&
      readFileSync(join(folder, "drawn.json"), "utf8").includes("key_ID") &&
      done
    );
  });
  const drawn = JSON.parse(readFileSync(join(folder, "drawn.json"), "utf8"));
  expect(drawn.keys).toHaveLength(2);
  expect(stdout).toContain(drawn.keys[1].key);
  expect(stdout).toContain(`"localSystemID":"sae-${lisbon}"`);
});

it("serves the TypeScript example", async () => {
  const outfile = join(root, ".build", `example-${process.pid}.js`);
  const entryPoints = [join(root, "examples/draw-key.ts")];
  const how = { bundle: true, platform: "node", format: "esm", packages: "external" } as const;
  await build({ entryPoints, outfile, ...how });
  const args = [pki(), addressOf(lisbon), `sae-${lisbon}`, addressOf(madrid), `sae-${madrid}`];
  const { stdout } = await run(process.execPath, [outfile, ...args]);
  rmSync(outfile);
  expect(stdout).toContain("both have the same keys");
});

it("is the foreign side of two sites of another deployment, with certificates issued on the command line", async () => {
  const files = join(folder, "near");
  mkdirSync(files);
  const sites: Record<string, unknown> = {};
  for (const [site, peer, sae] of [
    [lisbon, madrid, "vernam-1"],
    [madrid, lisbon, "vernam-2"],
  ] as const) {
    expect(await keys("issue", sae, site)).toContain(`${sae}.pem`);
    sites[site] = {
      url: addressOf(site),
      ca: join(pki(), "root.pem"),
      certificate: join(pki(), "sae", `${sae}.pem`),
      key: join(pki(), "sae", `${sae}.key`),
      peers: { [peer]: sae === "vernam-1" ? "vernam-2" : "vernam-1" },
    };
  }
  writeFileSync(join(files, "external-kmes.json"), JSON.stringify({ sites }));
  // Configuration only: the file, and a start as always.
  const dataFolder = join(folder, "near-data");
  const issuer = await createTokenIssuer(dataFolder, Date.now);
  const port = await freePortPair();
  const near = await startKeyProcess({
    config: readQkdnConfig({
      NODE_ENV: "test",
      PORT: String(port),
      DATA_DIR: dataFolder,
      NETWORK: "iberia-small",
      LINK_WORKERS: "1",
      EXTERNAL_KMES: join(files, "external-kmes.json"),
    }),
    topology: loadNamedNetwork("iberia-small"),
    linkWorker: new URL(`file://${join(root, ".build", "link-worker.js")}`),
    log: createProcessLog("silent"),
    now: Date.now,
  });
  const world: DeviceWorld = {
    origin: `http://127.0.0.1:${port + 1}`,
    token: (user, site, roles) => issuer.token(user, site, roles),
  };
  try {
    const healthy = async () => (await fetch(`${world.origin}/health`)).status === 200;
    await until("the near network has key", healthy);
    const [alice, bob, carol, dave] = await Promise.all([
      TestDevice.ready(world, lisbon),
      TestDevice.ready(world, madrid),
      TestDevice.ready(world, "pt-lis-gns"),
      TestDevice.ready(world, "es-mad-int"),
    ]);
    const [foreign, builtIn] = await Promise.all([alice.draw([bob]), carol.draw([dave])]);
    // Of the two keys one came from the near network.
    const lives = await near.world.database.query("SELECT key_id FROM key_lives WHERE bits = 768");
    expect(lives).toHaveLength(1);
    expect(await bob.fetchKey(foreign.recordHash)).toEqual(foreign.key);
    expect(await dave.fetchKey(builtIn.recordHash)).toEqual(builtIn.key);
  } finally {
    await near.close();
  }
});

it("stops cleanly when it is told to", async () => {
  const ended = once(child, "exit");
  child.kill("SIGINT");
  expect((await ended)[0]).toBe(0);
  expect(log).toContain("stopped");
  expect(await keys("verify")).toMatch(/internally consistent|heads held/);
});
