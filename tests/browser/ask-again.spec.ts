import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { voidRecords } from "../../lib/gateway/store/delete-writes.ts";
import { openPglite } from "../../lib/shared/database/open-pglite.ts";
import { Deployment } from "../support/deployment.ts";
import { freePortPair } from "../support/free-port.ts";
import { expectQuiet, Post } from "./support/post.ts";

/** On a deployment of its own: while it is stopped, a site loses what it held for one device. */
const folder = mkdtempSync(join(tmpdir(), "vernam-ask-again-"));
const dataFolder = join(folder, "data");
let deployment: Deployment;
let port = 0;

async function start(): Promise<void> {
  deployment = await Deployment.start({ dataFolder, port });
  await deployment.healthy(120_000);
}

test.beforeAll(async () => {
  test.setTimeout(180_000);
  port = await freePortPair();
  await start();
});

test.afterAll(async () => {
  await deployment?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Every key that waits for a device at a site is lost there and written down as lost. Returns how many. */
async function loseWaitingKeys(at: string): Promise<number> {
  const database = await openPglite(join(dataFolder, "qkdn", "db"));
  try {
    const waiting = await database.query<{ site: string; hash: Uint8Array; expiry: number }>(
      `SELECT c.site, c.record_hash AS hash, r.expiry FROM gateway_copy AS c
       JOIN gateway_record AS r ON r.site = c.site AND r.record_hash = c.record_hash
       WHERE c.site = $1`,
      [at],
    );
    const lost = waiting.map(({ site, hash, expiry }) => ({
      site,
      recordHash: hash,
      at: Date.now(),
      expiry: Number(expiry),
    }));
    await database.transaction((client) => voidRecords(client, lost));
    return lost.length;
  } finally {
    await database.close();
  }
}

test("a message whose key was lost at the reader's site is asked for by a button and takes its place", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const lisbon = await Post.signIn(browser, "pt-lis-mne", "messages", { port });
  const madrid = await Post.signIn(browser, "es-mad-mfa", "messages", { port });
  for (const post of [lisbon, madrid]) await post.ready();
  await lisbon.openConversation("Ministry of Foreign Affairs, Madrid");
  await lisbon.send("Before the loss.");
  await madrid.openConversation("Ministry of Foreign Affairs, Lisbon");
  await madrid.sees("Before the loss.");
  await lisbon.delivery("Before the loss.", "Read");
  const address = madrid.page.url();
  await madrid.page.goto("about:blank");

  await lisbon.send("Under a key that will be lost.");
  await lisbon.delivery("Under a key that will be lost.", "Sent");
  await lisbon.watch.whileDown(async () => {
    await deployment.stop();
    expect(await loseWaitingKeys("es-mad-mfa")).toBeGreaterThan(0);
    await start();
    await lisbon.ready();
  });

  await madrid.page.goto(address);
  await madrid.ready();
  const log = madrid.page.getByRole("log");
  const ask = log.getByRole("button", { name: "Ask again" });
  await expect(ask).toHaveCount(1);
  await expect(log).toContainText("Its key is lost, not its text");
  await ask.click();
  await madrid.sees("Under a key that will be lost.");
  await expect(ask).toHaveCount(0);
  await expect(log.locator("article")).toHaveCount(2);
  await lisbon.delivery("Under a key that will be lost.", "Read");
  await expect(lisbon.page.getByRole("log").locator("article")).toHaveCount(2);
  await madrid.send("Now I have it.");
  await lisbon.sees("Now I have it.");
  expectQuiet(lisbon, madrid);
  await lisbon.close();
  await madrid.close();
});
