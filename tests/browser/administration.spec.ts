import { expect } from "@playwright/test";
import { expectQuiet, Post } from "./support/post.ts";
import { test, withDeployment } from "./support/worker-deployment.ts";

test.describe.configure({ mode: "serial" });
withDeployment(["administrator", "auditor"], { leavesTraces: true });

let administrator: Post;
let auditor: Post;

const pages = [
  "",
  "/space",
  "/consumption",
  "/ledger",
  "/kmes",
  "/policies",
  "/people",
  "/alarms",
  "/service",
] as const;

test.beforeAll(async ({ browser }) => {
  administrator = await Post.signIn(browser, "administrator", "admin", { width: 1440, height: 900 });
  auditor = await Post.signIn(browser, "auditor", "admin", { width: 390, height: 844 });
});

test.afterAll(async () => {
  await administrator?.close();
  await auditor?.close();
});

async function open(post: Post, page: string): Promise<void> {
  await post.page.goto(`${post.origin}/admin${page}`);
  await expect(post.page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(post.page.getByText("Loading…")).toHaveCount(0);
}

test("an administrator tries a rule on the last day, signs it, and finds it in force", async () => {
  const { page } = administrator;
  await open(administrator, "/policies");
  const save = page.getByRole("button", { name: "Sign and put in force" });
  await expect(save).toBeDisabled();
  await page.getByRole("combobox", { name: "Least cipher, Unclassified" }).selectOption("3");
  await expect(page.getByText("These changes are not in force yet.")).toBeVisible();
  await page.getByRole("spinbutton", { name: "Key per hour (kB)" }).fill("500");
  await page.getByRole("button", { name: "Add quota" }).click();
  await page.getByRole("button", { name: "Try on the last day" }).click();
  await expect(page.getByRole("region", { name: "The last day under these rules" })).toBeVisible();
  await expect(save).toBeEnabled({ timeout: 60_000 });
  await save.click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("2 commands");
  await dialog.getByRole("button", { name: "Sign and put in force" }).click();
  await expect(page.getByText("Done: the command was signed by this device")).toBeVisible({
    timeout: 20_000,
  });
  await page.reload();
  await expect(page.getByRole("combobox", { name: "Least cipher, Unclassified" })).toHaveValue("3");
  await expect(page.getByRole("row", { name: /Every site, each for itself/ })).toContainText("500");
});

test("an auditor reads the same rules, can try them, and has no button that changes anything", async () => {
  const { page } = auditor;
  await open(auditor, "/policies");
  await expect(page.locator('[data-level="0"]')).toContainText("AES-256 + post-quantum");
  await expect(page.getByRole("combobox")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Sign and put in force" })).toHaveCount(0);
  await page.getByRole("button", { name: "Try on the last day" }).click();
  await expect(page.getByRole("region", { name: "The last day under these rules" })).toBeVisible();
  await open(auditor, "/people");
  await expect(page.getByText("Your role reads only.").first()).toBeVisible();
  await expect(page.getByRole("button", { name: /Revoke|Approve|Change roles/ })).toHaveCount(0);
});

test("an auditor verifies every chain", async () => {
  const { page } = auditor;
  await open(auditor, "/ledger");
  await page.getByText("Chains", { exact: true }).first().click();
  await page.getByRole("button", { name: "Verify chains" }).click();
  await expect(page.locator('[data-verify="done"]')).toContainText("Every hash is right", {
    timeout: 30_000,
  });
});

test("the service report shows its five parameters, and every chart has a table of the same numbers", async () => {
  const { page } = administrator;
  await open(administrator, "/service");
  for (const parameter of ["throughput", "delay", "loss", "availability", "restoration"])
    await expect(page.locator(`[data-parameter="${parameter}"]`)).toBeVisible();
  await expect(page.locator('[data-parameter="availability"]')).toContainText(/[\d.]+%/);
  for (const name of ["/service", "/consumption"]) {
    await open(administrator, name);
    await page.getByRole("radio", { name: "Table" }).first().check();
    await expect(page.getByRole("table").first()).toBeVisible();
  }
  const file = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export JSON" }).last().click();
  expect((await file).suggestedFilename()).toMatch(/\.json$/);
});

test("every page says that it shows metadata only, and fits a phone", async () => {
  test.setTimeout(240_000);
  for (const name of pages) {
    await open(administrator, name);
    await expect(administrator.page.getByText("Metadata only.").first()).toBeVisible();
    await open(auditor, name);
    const { page } = auditor;
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await expect.poll(over, `width of ${name}`).toBeLessThanOrEqual(0);
    await expect(page.getByText("Metadata only.").last()).toBeVisible();
  }
});

test("the pages speak Portuguese", async () => {
  const { page } = auditor;
  const cookie = { name: "vernam-locale", value: "pt", url: auditor.origin };
  await auditor.context.addCookies([cookie]);
  for (const [name, heading] of [
    ["/policies", "Políticas"],
    ["/service", "Relatório de serviço"],
    ["/alarms", "Alarmes"],
  ] as const) {
    await page.goto(`${auditor.origin}/admin${name}`);
    await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
  }
});

test("nothing complained", () => {
  expectQuiet(administrator, auditor);
});
