import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { Posts } from "./screenshots/people.mjs";
import { shots } from "./screenshots/shots.mjs";
import { ensureBuilt } from "./steps/build.mjs";
import { ensureChromium } from "./steps/chromium.mjs";
import { ensureGenerated } from "./steps/generate.mjs";
import { ensureInstalled } from "./steps/install.mjs";
import { say } from "./steps/log.mjs";
import { root } from "./steps/run.mjs";

/**
 * npm run screenshots [-- NAME…]: takes the pictures of docs/images from the real application on the nine-state network,
 * all of them or those named. One that cannot be taken leaves its old file, is said, and makes the command fail.
 */
const wanted = process.argv.slice(2);
await ensureInstalled();
await ensureGenerated();
await ensureBuilt();
const port = Number(process.env.PORT ?? 3600);
const data = mkdtempSync(join(tmpdir(), "vernam-pictures-"));
const images = join(root, "docs", "images");
mkdirSync(images, { recursive: true });

const deployment = spawn(process.execPath, [join(root, ".build", "start.js")], {
  cwd: root,
  env: { NETWORK: "nine", ...process.env, PORT: String(port), DATA_DIR: data },
  stdio: ["ignore", "ignore", "inherit", "ipc"],
});

async function healthy() {
  for (;;) {
    const answer = await fetch(`http://localhost:${port}/api/health`).catch(() => undefined);
    const body = await answer?.json().catch(() => undefined);
    if (answer?.status === 200 && body.components.keys.waiting.length === 0) return;
    await new Promise((next) => setTimeout(next, 500));
  }
}

async function takePicture(posts, { file, size = { width: 1440, height: 900 }, dark = false, take }) {
  const page = await take({ posts });
  await page.emulateMedia({ colorScheme: dark ? "dark" : "light", reducedMotion: "reduce" });
  await page.setViewportSize(size);
  // Charts and maps are drawn from what comes in the next seconds.
  await page.waitForTimeout(2500);
  await page.screenshot({ path: join(images, `${file}.png`) });
  say(`docs/images/${file}.png`);
}

let missing = 0;
try {
  say("waiting for key between all posts");
  await healthy();
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: ["--no-sandbox"] });
  const posts = new Posts(browser, port);
  for (const shot of shots) {
    if (wanted.length > 0 && !wanted.includes(shot.file)) continue;
    await takePicture(posts, shot).catch((error) => {
      missing++;
      say(`no picture of ${shot.file}: ${error.message.split("\n")[0]}`);
    });
  }
  await browser.close();
} finally {
  deployment.kill("SIGINT");
  await new Promise((gone) => deployment.once("exit", gone));
  rmSync(data, { recursive: true, force: true });
}
process.exit(missing === 0 ? 0 : 1);
