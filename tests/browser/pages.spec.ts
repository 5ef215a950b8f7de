import { type Browser, expect, type Page } from "@playwright/test";
import { sampleScreens } from "../../app/design/sample-screens.ts";
import { expectAccessibleInBothThemes } from "./support/accessibility.ts";
import { listPages } from "./support/pages.ts";
import { expectQuiet, nameOf, Post } from "./support/post.ts";
import { deploymentPort, test, withDeployment } from "./support/worker-deployment.ts";

/** Every page there is, in both themes, on a telephone, on a wide screen, and at 200 % zoom. */
test.describe.configure({ mode: "serial" });
withDeployment(["administrator", "presenter", "officer", "officer-es-mad-int"]);

/** Sizes in CSS pixels; a window of 1440 by 900 at 200 % has the last. */
const sizes = [
  { name: "a telephone", width: 360, height: 740 },
  { name: "200 % zoom", width: 720, height: 450 },
  { name: "a wide screen", width: 1440, height: 900 },
] as const;

const pages = listPages();
const openToAll = pages.filter((path) => /^\/($|sign-in$|design(\/|$))/.test(path));
/** Of the administration's pages the real ones are looked at below; one sample has more in it than they. */
const samples = sampleScreens.filter((path) => !path.startsWith("/design/admin") || path.endsWith("=people"));
const administration = pages.filter((path) => /^\/admin(\/|$)/.test(path));
const others = pages.filter((path) => !openToAll.includes(path) && !administration.includes(path));

async function look(page: Page, name: string): Promise<void> {
  await expect(page.locator("#content")).not.toBeEmpty({ timeout: 60_000 });
  // Pages of samples show what is going on for ever.
  if (!name.startsWith("/design"))
    await expect(page.locator("#content .going-on")).toHaveCount(0, { timeout: 60_000 });
  for (const { name: size, width, height } of sizes) {
    await page.setViewportSize({ width, height });
    // What is drawn to a measure, as charts are, takes the new one a moment later.
    const needed = () => page.evaluate(() => document.documentElement.scrollWidth);
    await expect.poll(needed, `${name} on ${size} fits its width`).toBeLessThanOrEqual(width);
  }
  await expectAccessibleInBothThemes(page, name);
}

test("pages that anybody may open, and one that does not exist", async ({ browser }) => {
  test.setTimeout(400_000);
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  for (const path of [...new Set([...openToAll, ...samples, "/no-such-page"])]) {
    await test.step(path, async () => {
      await page.goto(`http://localhost:${deploymentPort()}${path}`);
      await look(page, path);
    });
  }
  await context.close();
});

test("pages of the administration", async ({ browser }) => {
  test.setTimeout(400_000);
  await drawOneKey(browser);
  const administrator = await Post.signIn(browser, "administrator", "admin");
  const { page, origin } = administrator;
  for (const path of administration) {
    await test.step(path, async () => {
      if (path.includes("[")) await openOneKey(administrator);
      else await page.goto(`${origin}${path}`);
      await look(page, path);
    });
  }
  expectQuiet(administrator);
  await administrator.close();
});

/** So that the ledger has a key to show. */
async function drawOneKey(browser: Browser): Promise<void> {
  const lisbon = await Post.signIn(browser, "officer");
  const madrid = await Post.signIn(browser, "officer-es-mad-int");
  for (const post of [lisbon, madrid]) await post.ready();
  await lisbon.openConversation(nameOf("officer-es-mad-int"));
  await lisbon.send("Under a key of its own.");
  await lisbon.delivery("Under a key of its own.", "Delivered");
  for (const post of [lisbon, madrid]) await post.close();
}

/** A page that stands for many: the life of a key that was drawn. */
async function openOneKey({ page, origin }: Post): Promise<void> {
  await page.goto(`${origin}/admin/ledger`);
  await page.getByRole("tab", { name: "Keys" }).click();
  await page.getByRole("table").getByRole("link").first().click();
  await expect(page.getByRole("main")).toContainText("Requested at");
}

test("messages, stage, and what stands beside them", async ({ browser }) => {
  test.setTimeout(400_000);
  const post = await Post.signIn(browser, "presenter");
  await post.ready();
  for (const path of others) {
    await test.step(path, async () => {
      await post.page.goto(`${post.origin}${path}`);
      await look(post.page, path);
    });
  }
  expectQuiet(post);
  await post.close();
});
