import { readFile } from "node:fs/promises";
import { type Browser, expect, type Locator, type Page, test } from "@playwright/test";
import { Deployment } from "../support/deployment.ts";
import { Operations, smallPools } from "../support/operations.ts";
import { expectAccessibleInBothThemes } from "./support/accessibility.ts";
import { expectQuiet, Post } from "./support/post.ts";

test.describe.configure({ mode: "serial" });

/** The small network has four end points, and a custodian at each: two of four give the document back. */
const custodians = 4;
const minister = "pt-lis-mne";
const officer = "es-mad-mfa";
const text = "Where the archive goes when the ministry must leave the city.\n".repeat(8);

let deployment: Deployment;
let owner: Post;
let second: Post;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(420_000);
  deployment = await Deployment.start({ network: "iberia-small", agents: true, env: smallPools });
  await deployment.healthy(240_000);
  await (await Operations.signIn(deployment)).linksAtRest();
  owner = await Post.signIn(browser, minister, "messages", { port: deployment.port });
  second = await Post.signIn(browser, officer, "messages", { port: deployment.port });
  await owner.ready();
  await second.ready();
  for (const { page, origin } of [owner, second]) await page.goto(`${origin}/vault`);
});

test.afterAll(async () => {
  await owner?.close();
  await second?.close();
  await deployment?.stop();
});

const document = (page: Page): Locator =>
  page.locator("article[data-vault]").filter({ hasText: "archive.txt" });
const storing = (page: Page): Locator => page.getByRole("form", { name: "Store a document" });

/** By the presenter's own command, as on the stage: two custodians are gone, whatever comes to them. */
async function loseTwoCustodians(browser: Browser): Promise<void> {
  const presenter = await Post.signIn(browser, "presenter", "stage", { port: deployment.port });
  const lost = await presenter.page.evaluate(async () => {
    const { agents } = await (await fetch("/api/stage/agents")).json();
    const two = agents.filter(({ kind }: { kind: string }) => kind === "custodian").slice(0, 2);
    const answers = two.map(async ({ handle }: { handle: string }) => {
      const body = JSON.stringify({ agent: handle, command: "lose" });
      const headers = { "content-type": "application/json" };
      const answer = await fetch("/api/stage/agents", { method: "POST", headers, body });
      return (await answer.json()).answers[0].result.lost;
    });
    return await Promise.all(answers);
  });
  expect(lost).toEqual([true, true]);
  await presenter.close();
}

test("shows what storing costs before anything is sent, and stores with every custodian", async () => {
  test.setTimeout(180_000);
  const { page } = owner;
  await expect(async () => {
    // The programs that keep shares sign in one by one after the start.
    await page.reload();
    await page.getByRole("button", { name: "Store a document" }).click();
    await expect(storing(page).getByRole("checkbox")).toHaveCount(custodians, { timeout: 5_000 });
  }).toPass({ timeout: 120_000 });
  const form = storing(page);
  await form
    .locator("[data-vault-file]")
    .setInputFiles({ name: "archive.txt", mimeType: "text/plain", buffer: Buffer.from(text) });
  await form.getByLabel("How many give it back").selectOption("2");
  await form
    .getByLabel("Second person")
    .selectOption({ label: "Ministry of Foreign Affairs, Madrid: Duty officer" });
  const price = form.locator("[data-vault-price]");
  await expect(price).not.toHaveAttribute("data-vault-price", "");
  const bits = Number(await price.getAttribute("data-vault-price"));
  expect(bits).toBe(custodians * 8 * (1024 + 32));
  await expectAccessibleInBothThemes(page, "storing a document");
  await form.getByRole("button", { name: "Store", exact: true }).click();
  await expect(document(page).locator('[data-share="stored"]')).toHaveCount(custodians, { timeout: 90_000 });
  await expect(document(page).locator("[data-vault-bits]")).toHaveAttribute("data-vault-bits", String(bits));
  await expectAccessibleInBothThemes(page, "a stored document");
});

test("asks, shows the second person what they sign, and restores with two sites lost", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const { page } = owner;
  await loseTwoCustodians(browser);
  await document(page).getByRole("button", { name: "Ask for it" }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("The ministry moves tonight.");
  await page.getByRole("dialog").getByRole("button", { name: "Ask", exact: true }).click();
  await expect(document(page)).toContainText("was asked to consent");
  const request = second.page.locator('[data-consent="open"]');
  await expect(request).toContainText("archive.txt", { timeout: 60_000 });
  await expect(request).toContainText("The ministry moves tonight.");
  await expectAccessibleInBothThemes(second.page, "a request for consent");
  await request.getByRole("button", { name: "Consent: sign this request" }).click();
  await expect(second.page.locator('[data-consent="given"]')).toBeVisible({ timeout: 30_000 });
  const restore = document(page).getByRole("button", { name: "Put it together" });
  await expect(restore).toBeEnabled({ timeout: 90_000 });
  await expect(document(page).locator('[data-answer="asked"]')).toHaveCount(2);
  await restore.click();
  const coming = page.waitForEvent("download");
  await page.getByRole("dialog").getByRole("button", { name: "Save the document" }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe("archive.txt");
  expect(await readFile(await download.path(), "utf8")).toBe(text);
  await expectAccessibleInBothThemes(page, "a restored document");
  await page.keyboard.press("Escape");
});

test("fits a telephone", async () => {
  await owner.page.setViewportSize({ width: 360, height: 740 });
  const box = await document(owner.page).boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(360);
  expect(
    await owner.page.evaluate(() => globalThis.document.documentElement.scrollWidth),
  ).toBeLessThanOrEqual(360);
});

test("nothing complained", () => {
  expectQuiet(owner, second);
});
