import { get } from "node:http";
import { gzipSync } from "node:zlib";
import type { BrowserContext, CDPSession, Page, Response } from "@playwright/test";

export interface ColdPage {
  readonly page: Page;
  /** Kilobytes of JavaScript as they crossed the network, compressed. */
  readonly scripts: { readonly page: number; readonly worker: number };
  readonly largestPaintMs: number;
  atFullSpeed(): Promise<void>;
}

/** Opens the page as a browser that holds nothing of it, then the newest conversation in it. */
export async function openCold(context: BrowserContext, url: string, slowdown: number): Promise<ColdPage> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await page.goto(url);
  const row = page.locator("[data-conversation]").first();
  await row.waitFor({ timeout: 120_000 }).catch(async (cause: unknown) => {
    throw new Error(`no conversation is listed: ${await page.locator("main").innerText()}`, { cause });
  });
  await row.click();
  await page.locator("article[data-message]").first().waitFor({ timeout: 60_000 });
  const address = page.url();
  await page.goto("about:blank");

  const counted = countScripts(page);
  await setSpeed(session, slowdown);
  await page.goto(address);
  await page.locator("article[data-message]").first().waitFor({ timeout: 120_000 });
  const largestPaintMs = await largestPaint(page);
  const scripts = await counted();
  return { page, scripts, largestPaintMs, atFullSpeed: () => setSpeed(session, 1) };
}

async function setSpeed(session: CDPSession, slowdown: number): Promise<void> {
  await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
}

/** Milliseconds from the start of navigation, once nothing larger was painted for two seconds. */
function largestPaint(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let largest = 0;
        let timer = setTimeout(() => resolve(largest), 2000);
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) largest = entry.startTime;
          clearTimeout(timer);
          timer = setTimeout(() => resolve(largest), 2000);
        }).observe({ type: "largest-contentful-paint", buffered: true });
      }),
  );
}

/** Follows every script of the page and of its worker; what the server does not compress counts as gzip would make it. */
function countScripts(page: Page): () => Promise<{ page: number; worker: number }> {
  const seen = new Map<string, Response>();
  const workers = new Set<string>();
  page.on("response", (response) => {
    if (/\.js(\?|$)/.test(response.url())) seen.set(response.url().replace(/[?#].*$/, ""), response);
  });
  return async () => {
    const inWorkers = await Promise.all(
      page
        .workers()
        .map((worker) =>
          worker.evaluate(() => [
            self.location.href,
            ...performance.getEntriesByType("resource").map(({ name }) => name),
          ]),
        ),
    );
    for (const url of inWorkers.flat()) if (/\.js(\?|#|$)/.test(url)) workers.add(url.replace(/[?#].*$/, ""));
    const inPage = await page.evaluate(() =>
      performance.getEntriesByType("resource").map(({ name }) => name.replace(/[?#].*$/, "")),
    );
    const kilobytes = { page: 0, worker: 0 };
    for (const url of new Set([...seen.keys(), ...workers])) {
      const body = await bodyOf(url);
      const part = workers.has(url) && !inPage.includes(url) ? "worker" : "page";
      kilobytes[part] += body / 1000;
    }
    return kilobytes;
  };
}

/** Bytes of the body as the server sends it to a browser; where it compresses nothing, as gzip would make it. */
async function bodyOf(url: string): Promise<number> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const headers = { host: `${hostname}:${port}`, "accept-encoding": "gzip, deflate, br" };
    get({ host: "127.0.0.1", port, path: pathname, headers }, async (answer) => {
      const parts: Buffer[] = [];
      for await (const part of answer) parts.push(part as Buffer);
      const body = Buffer.concat(parts);
      if (answer.statusCode !== 200) reject(new Error(`${answer.statusCode} ${url}`));
      resolve(answer.headers["content-encoding"] === undefined ? gzipSync(body).length : body.length);
    }).on("error", reject);
  });
}
