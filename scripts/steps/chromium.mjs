import { existsSync } from "node:fs";
import { join } from "node:path";
import { say } from "./log.mjs";
import { root, run } from "./run.mjs";

const installed = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];

async function playwrightsOwn() {
  const { chromium } = await import("@playwright/test");
  const path = chromium.executablePath();
  return path !== "" && existsSync(path) ? path : undefined;
}

/**
 * The path of a Chromium for the browser tests: an installed one, else Playwright's download, else the system's
 * package when we may install one. Undefined when none of these works.
 */
export async function ensureChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named && existsSync(named)) return named;
  const found = installed.find((path) => existsSync(path)) ?? (await playwrightsOwn());
  if (found) return found;
  say("Fetching a Chromium for the browser tests");
  const cli = join(root, "node_modules", "@playwright", "test", "cli.js");
  await run(process.execPath, [cli, "install", "chromium"], { quiet: true, timeoutMs: 180_000 });
  const fetched = await playwrightsOwn();
  if (fetched) return fetched;
  await installSystemPackages(["chromium"]);
  return installed.find((path) => existsSync(path));
}

/** Installs packages of the operating system when this is root on a Debian-like system; says nothing of failures. */
export async function installSystemPackages(names) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  const env = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  await run("apt-get", ["update"], { env, quiet: true, timeoutMs: 120_000 });
  await run("apt-get", ["install", "-y", "--no-install-recommends", ...names], {
    env,
    quiet: true,
    timeoutMs: 300_000,
  });
}
