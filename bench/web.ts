import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { Deployment } from "../tests/support/deployment.ts";
import { findPost, Post } from "../tests/support/post.ts";
import { percentile } from "./support/percentile.ts";
import { report } from "./support/report.ts";
import { fillConversation } from "./web/fill-conversation.ts";
import { heapMegabytes } from "./web/heap.ts";
import { interact } from "./web/interact.ts";
import { openCold } from "./web/open-cold.ts";
import { scrollThrough } from "./web/scroll-through.ts";

/**
 * The conversation page in Chromium, on a whole deployment: a post in Lisbon reads 10,000 messages that a device in
 * Madrid really sent. JavaScript counts what page and worker fetch, as long as the server sends it; load and
 * interactions run with the processor slowed four times by the browser, scrolling and memory without.
 */
const messages = 10_000;
const slowdown = 4;
/**
 * A page of about 1280 by 800. It is the window that has this size: with a viewport that is only emulated, Chromium
 * reports what changes near its lower edge, where people write, as painted seconds late.
 */
const windowSize = "--window-size=1280,887";
const log = (text: string): void => void process.stderr.write(`${text}\n`);
const metrics: Record<string, number> = {};

const folder = mkdtempSync(join(tmpdir(), "vernam-bench-"));
const deployment = await Deployment.start({ network: "iberia-small" });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    windowSize,
  ],
});
try {
  await deployment.healthy(180_000);
  const context = await browser.newContext({ viewport: null, locale: "en-GB" });
  const sender = await Post.open(deployment, "es-mad-mfa", folder);
  const reader = await context.newPage();
  await reader.goto(`${deployment.origin}/messages`);
  await reader.locator('[data-post="pt-lis-mne"]').click();
  await reader.getByText("Connected").waitFor({ timeout: 60_000 });
  log("both posts are ready");
  await fillConversation(sender, findPost("pt-lis-mne").user.id, reader, messages, log);
  await sender.close();
  await reader.close();

  const cold = await openCold(context, `http://pt-lis-mne.localhost:${deployment.port}/messages`, slowdown);
  log(`opened cold: ${JSON.stringify(cold.scripts)}`);
  metrics.conversation_js_kb_compressed = cold.scripts.page + cold.scripts.worker;
  metrics.conversation_lcp_ms_4x = cold.largestPaintMs;
  const delays = await interact(cold.page, log);
  log(`${delays.length} interactions`);
  metrics.interaction_p98_ms_4x = percentile(delays, 0.98);
  await cold.atFullSpeed();
  const { dropped, frames, waiting, rows } = await scrollThrough(cold.page);
  log(`${frames} frames, ${dropped} dropped, ${waiting} at an edge, at most ${rows} rows in the page`);
  metrics.scroll_dropped_frames_10k = dropped;
  metrics.heap_mb_10k = await heapMegabytes(cold.page);
} finally {
  await browser.close();
  await deployment.stop();
  rmSync(folder, { recursive: true, force: true });
}
report("web", metrics);
process.exit(0);
