import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fail, say } from "./log.mjs";
import { must, root } from "./run.mjs";

const [major, minor] = process.versions.node.split(".").map(Number);

function read(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

/** True when every package the lock file asks for stands in node_modules at that version. */
export function isInstalled() {
  const wanted = read(join(root, "package-lock.json"));
  const present = read(join(root, "node_modules", ".package-lock.json"));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted.packages).every(
    ([path, entry]) =>
      path === "" || entry.optional || entry.peer || present.packages[path]?.version === entry.version,
  );
}

/** Installs what the lock file names, without install scripts, from npm's cache where it can. */
export async function ensureInstalled() {
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Vernam needs Node 20.19 or later; this is ${process.version}.`);
  if (isInstalled()) return;
  say("Installing packages (once)");
  const args = ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  if (npm?.endsWith(".js")) await must("npm ci", process.execPath, [npm, ...args]);
  else await must("npm ci", "npm", args);
}
