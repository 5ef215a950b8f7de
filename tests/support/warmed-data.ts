import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isRunning } from "./running.ts";
import { until } from "./until.ts";

const root = resolve(import.meta.dirname, "../..");
const templates = join(root, ".build", "warmed-data");

/**
 * Fills a folder that does not exist yet with the data of a deployment that was started once and stopped cleanly:
 * databases migrated, certificates and site keys made, posts seeded. The template is made by `startOnce`, once for
 * each network and build; its remembered ports are left out, so that copies can run side by side.
 */
export async function copyWarmedData(
  network: string,
  dataFolder: string,
  startOnce: (dataFolder: string) => Promise<void>,
): Promise<void> {
  const template = join(templates, network);
  const build = readFileSync(join(root, ".build", "built.stamp"), "utf8");
  const stamp = join(template, "build.stamp");
  await withLock(`${template}.lock`, async () => {
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === build) return;
    rmSync(template, { recursive: true, force: true });
    const fresh = `${template}.new`;
    rmSync(fresh, { recursive: true, force: true });
    await startOnce(fresh);
    rmSync(join(fresh, "qkdn", "kmes.json"), { force: true });
    writeFileSync(join(fresh, "build.stamp"), build);
    renameSync(fresh, template);
  });
  cpSync(template, dataFolder, { recursive: true, filter: (path) => path !== stamp });
}

/** Test files run side by side: one makes the template, the others wait for it, and one that was killed is passed over. */
async function withLock(lock: string, work: () => Promise<void>): Promise<void> {
  mkdirSync(templates, { recursive: true });
  await until("another test file has made the template", () => tryLock(lock), 240_000);
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    const holder = Number(existsSync(lock) ? readFileSync(lock, "utf8") : 0);
    if (holder > 0 && !isRunning(holder)) rmSync(lock, { force: true });
    return false;
  }
}
