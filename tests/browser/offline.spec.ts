import { expect } from "@playwright/test";
import { Post } from "./support/post.ts";
import { test, withDeployment } from "./support/worker-deployment.ts";

withDeployment(["pt-lis-gns", "es-mad-int"]);

const madridPlace = "Ministry of the Interior";

test("history opens without a network, what is written waits, and goes when the network is back", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const lisbon = await Post.signIn(browser, "pt-lis-gns");
  const madrid = await Post.signIn(browser, "es-mad-int");
  await lisbon.ready();
  await madrid.ready();
  await lisbon.openConversation(madridPlace);
  await lisbon.send("Written before the line was cut.");
  await lisbon.delivery("Written before the line was cut.", /Delivered|Read/);
  await expect(lisbon.page.locator("html[data-offline-ready]")).toBeAttached({ timeout: 60_000 });

  // With the network there, the page that starts out of the shell's files works as before.
  await lisbon.page.reload();
  await lisbon.ready();
  await lisbon.sees("Written before the line was cut.");

  await lisbon.context.setOffline(true);
  await lisbon.page.goto(`${lisbon.origin}/messages`);
  const row = lisbon.page.locator("[data-conversation]").first();
  await expect(row).toContainText("Madrid", { timeout: 30_000 });
  await row.click();
  await lisbon.sees("Written before the line was cut.");
  await lisbon.composer().fill("Written while the line was cut.");
  await lisbon.composer().press("Enter");
  await lisbon.sees("Written while the line was cut.");
  await lisbon.page.locator("[data-attach]").setInputFiles({
    name: "offline.bin",
    mimeType: "application/octet-stream",
    buffer: Buffer.alloc(150_000, 9),
  });
  await lisbon.page.getByRole("radio", { name: "AES-256" }).click();
  await lisbon.page.getByRole("button", { name: "Send", exact: true }).click();
  const file = lisbon.page.getByRole("log").locator("article").filter({ hasText: "offline.bin" });
  await expect(file).toBeVisible();
  // Everything that waits is on the disk: a second start finds it again.
  await lisbon.page.reload();
  await expect(file).toBeVisible({ timeout: 30_000 });

  await lisbon.context.setOffline(false);
  await madrid.page.locator("[data-conversation]").first().click();
  await madrid.sees("Written while the line was cut.");
  await expect(
    madrid.page.getByRole("log").locator("article").filter({ hasText: "offline.bin" }),
  ).toBeVisible({ timeout: 60_000 });

  const kept = await lisbon.page.evaluate(async () => {
    const paths: string[] = [];
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname);
    return { names: await caches.keys(), paths };
  });
  expect(kept.names).toHaveLength(1);
  expect(kept.paths.filter((path) => !path.startsWith("/_next/static/"))).toEqual(["/messages"]);

  // Signed out: the next person does not find whose page it was.
  await lisbon.context.clearCookies();
  await lisbon.page.goto(`${lisbon.origin}/messages`);
  await expect(lisbon.page).toHaveURL(/sign-in/);
  expect(await lisbon.page.evaluate(() => caches.keys())).toEqual([]);
  await lisbon.close();
  await madrid.close();
});
