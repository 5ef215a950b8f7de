import { randomUUID } from "node:crypto";
import { expect, type Page, test } from "@playwright/test";
import { sampleScreens } from "../../app/design/sample-screens.ts";
import { expectAccessibleInBothThemes } from "./support/accessibility.ts";
import { listPages } from "./support/pages.ts";
import { expectQuiet, Post, sharedPort } from "./support/post.ts";
import { sharedPosts } from "./support/shared-deployment.ts";

/** Every page there is, in both themes, on a telephone, on a wide screen, and at 200 % zoom. */
test.describe.configure({ mode: "serial" });

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
    const needed = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(needed, `${name} on ${size} fits its width`).toBeLessThanOrEqual(width);
  }
  await expectAccessibleInBothThemes(page, name);
}

test("pages that anybody may open, and one that does not exist", async ({ browser }) => {
  test.setTimeout(400_000);
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  for (const path of [...new Set([...openToAll, ...samples, "/no-such-page"])]) {
    await test.step(path, async () => {
      await page.goto(`http://localhost:${sharedPort()}${path}`);
      await look(page, path);
    });
  }
  await context.close();
});

test("pages of the administration", async ({ browser }) => {
  test.setTimeout(400_000);
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

/** A page that stands for many: the life of a key that was drawn, or of none where this file runs alone. */
async function openOneKey({ page, origin, watch }: Post): Promise<void> {
  await page.goto(`${origin}/admin/ledger`);
  await page.getByRole("tab", { name: "Keys" }).click();
  const drawn = page.getByRole("table").getByRole("link").first();
  const found = await drawn.waitFor({ timeout: 10_000 }).then(
    () => true,
    () => false,
  );
  if (!found) {
    const none = randomUUID();
    watch.allow(new RegExp(`404 .*/ops/keys/${none}`));
    await page.goto(`${origin}/admin/ledger/keys/${none}`);
    return;
  }
  await drawn.click();
  await expect(page.getByRole("main")).toContainText("Requested at");
}

test("messages, stage, and what stands beside them", async ({ browser }) => {
  test.setTimeout(400_000);
  const [{ handle }] = sharedPosts.pages;
  const post = await Post.signIn(browser, handle);
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
