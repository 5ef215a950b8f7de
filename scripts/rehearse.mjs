import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt } from "./steps/build.mjs";
import { ensureGenerated } from "./steps/generate.mjs";
import { ensureInstalled } from "./steps/install.mjs";
import { root } from "./steps/run.mjs";

/**
 * npm run rehearse [-- SCENE …]: plays every scene without a screen, one line a scene on standard output, the rest on
 * standard error. URL=http://localhost:3000 plays against a deployment that runs; otherwise one is started for it and
 * thrown away. Exit status 0 only if all passed.
 */
const startMs = 240_000;
const tell = (text) => process.stderr.write(`${text}\n`);

/** Two neighbouring ports that nobody listens on: web and gateways. */
async function freePortPair() {
  for (;;) {
    const port = 20_000 + 2 * Math.floor(Math.random() * 10_000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, () => probe.close(() => resolve(true)));
  });
}

/** A deployment of its own with nothing in it. */
async function startDeployment() {
  const folder = mkdtempSync(join(tmpdir(), "vernam-rehearsal-"));
  const port = await freePortPair();
  const child = spawn(process.execPath, ["--enable-source-maps", join(root, ".build", "start.js")], {
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: "production",
      PORT: String(port),
      DATA_DIR: join(folder, "data"),
      NETWORK: process.env.NETWORK ?? "nine",
    },
    // Standard output is for the scenes' lines alone.
    stdio: ["ignore", 2, 2, "ipc"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGINT");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const origin = `http://localhost:${port}`;
  const until = Date.now() + startMs;
  for (;;) {
    const healthy = await fetch(`${origin}/api/health`).then(
      (answer) => answer.status === 200,
      () => false,
    );
    if (healthy) return { origin, stop };
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error("the deployment did not start");
    }
    await new Promise((next) => setTimeout(next, 250));
  }
}

async function bundle() {
  const esbuild = await import("esbuild");
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ["lib/scenarios/rehearse/rehearse-cli.ts"],
    outdir: ".build/rehearse",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    sourcemap: true,
    logLevel: "error",
  });
}

function play(origin, only) {
  const program = join(root, ".build", "rehearse", "rehearse-cli.js");
  const child = spawn(process.execPath, ["--enable-source-maps", program, origin, ...only], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}

async function prepare() {
  await ensureInstalled();
  await ensureGenerated();
  await ensureBuilt();
  await bundle();
  if (process.env.URL) return { origin: process.env.URL.replace(/\/$/, ""), stop: async () => {} };
  tell("Starting a deployment");
  return startDeployment();
}

const started = Date.now();
const deployment = await prepare().catch((error) => {
  tell(`The rehearsal cannot begin: ${error.message}`);
  process.exit(1);
});
let status = 1;
try {
  status = await play(deployment.origin, process.argv.slice(2));
} finally {
  await deployment.stop();
}
tell(`The rehearsal took ${Math.round((Date.now() - started) / 1000)} s`);
process.exit(status);
