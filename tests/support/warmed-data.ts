import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { freePortPair } from "./free-port.ts";
import { until } from "./until.ts";

const root = resolve(import.meta.dirname, "../..");
const templates = join(root, ".build", "warmed-data");

/**
 * Fills a folder that does not exist yet with the data of a deployment that was started once and stopped cleanly:
 * databases migrated, certificates and site keys made, posts seeded. The template is made once for each network and
 * build; its remembered ports are left out, so that copies can run side by side.
 */
export async function copyWarmedData(network: string, dataFolder: string): Promise<void> {
  const template = join(templates, network);
  const build = readFileSync(join(root, ".build", "built.stamp"), "utf8");
  const stamp = join(template, "build.stamp");
  await withLock(`${template}.lock`, async () => {
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === build) return;
    rmSync(template, { recursive: true, force: true });
    const fresh = `${template}.new`;
    rmSync(fresh, { recursive: true, force: true });
    await startOnce(network, fresh);
    rmSync(join(fresh, "qkdn", "kmes.json"), { force: true });
    cpSync(join(root, ".build", "built.stamp"), join(fresh, "build.stamp"));
    renameSync(fresh, template);
  });
  cpSync(template, dataFolder, { recursive: true, filter: (path) => path !== stamp });
}

async function startOnce(network: string, dataFolder: string): Promise<void> {
  const port = await freePortPair();
  const env = {
    ...process.env,
    NODE_ENV: "production" as const,
    PORT: String(port),
    DATA_DIR: dataFolder,
    NETWORK: network,
  };
  const launcher = spawn(process.execPath, [join(root, ".build/start.js")], {
    cwd: root,
    env,
    stdio: "ignore",
  });
  try {
    await until("a first start is healthy", () => isHealthy(port), 180_000);
  } finally {
    const gone = new Promise((next) => launcher.once("exit", next));
    launcher.kill("SIGINT");
    await gone;
  }
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/api/health`)).status === 200;
  } catch {
    return false;
  }
}

/** Test files run side by side: one makes the template, the others wait for it. */
async function withLock(lock: string, work: () => Promise<void>): Promise<void> {
  mkdirSync(templates, { recursive: true });
  await until("another test file has made the template", () => tryLock(lock), 240_000);
  try {
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function tryLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}
