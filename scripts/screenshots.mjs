import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { ensureBuilt } from "./steps/build.mjs";
import { ensureChromium } from "./steps/chromium.mjs";
import { ensureGenerated } from "./steps/generate.mjs";
import { ensureInstalled } from "./steps/install.mjs";
import { say } from "./steps/log.mjs";
import { root } from "./steps/run.mjs";

/** Takes the pictures of docs/images from the real application on the nine-state network: npm run screenshots. */
await ensureInstalled();
await ensureGenerated();
await ensureBuilt();
const port = Number(process.env.PORT ?? 3600);
const data = mkdtempSync(join(tmpdir(), "vernam-pictures-"));
const images = join(root, "docs", "images");
mkdirSync(images, { recursive: true });

const deployment = spawn(process.execPath, [join(root, ".build", "start.js")], {
  cwd: root,
  env: { ...process.env, PORT: String(port), DATA_DIR: data, NETWORK: "nine" },
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

async function signIn(browser, handle, door) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(`http://localhost:${port}/${door}`);
  if (handle.startsWith("officer-")) await page.getByRole("searchbox").fill("security officer");
  await page.locator(`[data-post="${handle}"]`).click();
  await page.waitForURL(`http://${handle}.localhost:${port}/${door}`);
  return page;
}

async function openConversation(page, place) {
  await page
    .getByRole("navigation", { name: "Conversations" })
    .getByText("Connected")
    .waitFor({ timeout: 60_000 });
  await page.getByRole("searchbox", { name: "Search conversations and posts" }).fill(place);
  await page.locator("[data-contact]").filter({ hasText: place }).first().click();
}

async function send(page, text, cipher) {
  await page.getByRole("radio", { name: cipher }).click();
  await page.getByRole("textbox", { name: "Write a message" }).fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

async function conversation(browser) {
  const lisbon = await signIn(browser, "pt-lis-mne", "messages");
  const madrid = await signIn(browser, "es-mad-mfa", "messages");
  await openConversation(lisbon, "Ministry of Foreign Affairs, Madrid");
  await send(lisbon, "Good morning, Madrid. The delegation lands at 14:20.", "One-time pad");
  await openConversation(madrid, "Ministry of Foreign Affairs, Lisbon");
  await madrid.getByText("lands at 14:20").first().waitFor();
  await send(madrid, "Understood. The note verbale is signed; the car waits at gate 3.", "One-time pad");
  await lisbon.getByText("gate 3").last().waitFor();
  await send(lisbon, "Thank you. Minutes of the last meeting follow under AES.", "AES-256");
  await madrid.getByText("Minutes of the last meeting").last().waitFor();
  await lisbon
    .getByRole("button", { name: /Key card/ })
    .first()
    .click();
  await lisbon.getByRole("region", { name: "Key card" }).waitFor();
  await lisbon.waitForTimeout(1500);
  await lisbon.screenshot({ path: join(images, "conversation.png") });
}

async function administration(browser) {
  const page = await signIn(browser, "administrator", "admin");
  await page.getByRole("table").first().waitFor();
  await page.waitForTimeout(2000);
  await page.screenshot({ path: join(images, "administration.png") });
}

try {
  say("waiting for key between all posts");
  await healthy();
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: ["--no-sandbox"] });
  await conversation(browser);
  await administration(browser);
  await browser.close();
} finally {
  deployment.kill("SIGINT");
  await new Promise((gone) => deployment.once("exit", gone));
  rmSync(data, { recursive: true, force: true });
}
