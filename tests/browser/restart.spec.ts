import { expect, test } from "@playwright/test";
import { Deployment } from "../support/deployment.ts";
import { expectQuiet, Post } from "./support/post.ts";

/** On a deployment of its own: both processes are killed while one post is away. */
let deployment: Deployment;

test.beforeAll(async () => {
  test.setTimeout(150_000);
  deployment = await Deployment.start();
  await deployment.healthy(120_000);
});

test.afterAll(async () => {
  await deployment?.stop();
});

async function killBoth(): Promise<void> {
  for (const zone of ["web", "qkdn"] as const) {
    const before = deployment.pidOf(zone);
    deployment.kill(zone);
    await expect.poll(() => deployment.pidOf(zone), { timeout: 30_000 }).not.toBe(before);
  }
}

test("messages to a post that is away arrive when it returns, after both processes were killed", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const options = { port: deployment.port };
  const lisbon = await Post.signIn(browser, "pt-lis-mne", "messages", options);
  const madrid = await Post.signIn(browser, "es-mad-mfa", "messages", options);
  for (const post of [lisbon, madrid]) await post.ready();
  await lisbon.openConversation("Ministry of Foreign Affairs, Madrid");
  await lisbon.send("All is well so far.");
  await madrid.openConversation("Ministry of Foreign Affairs, Lisbon");
  await madrid.sees("All is well so far.");
  const address = madrid.page.url();
  await madrid.page.goto("about:blank");

  await lisbon.send("Left under a pad before the restart.");
  await lisbon.send("Left under AES before the restart.", "AES-256");
  await lisbon.delivery("Left under AES before the restart.", "Sent");
  await lisbon.watch.whileDown(async () => {
    await killBoth();
    await lisbon.send("Written while everything was down.");
    await deployment.healthy(120_000);
    await lisbon.ready();
  });
  await lisbon.send("Written after the restart.", "AES-256");

  await madrid.page.goto(address);
  await madrid.ready();
  const texts = [
    "All is well so far.",
    "Left under a pad before the restart.",
    "Left under AES before the restart.",
    "Written while everything was down.",
    "Written after the restart.",
  ];
  for (const text of texts) await madrid.sees(text);
  for (const text of texts) await lisbon.delivery(text, "Read");
  await expect(madrid.page.getByRole("log").locator("article")).toHaveCount(texts.length);
  await madrid.send("Everything is here.");
  await lisbon.sees("Everything is here.");
  await expect(madrid.page.getByText("cannot be opened")).toHaveCount(0);
  expectQuiet(lisbon, madrid);
  await lisbon.close();
  await madrid.close();
});
