import { expect, type Page } from "@playwright/test";
import { traceTasks } from "./support/trace-tasks.ts";
import { deploymentPort, test, withDeployment } from "./support/worker-deployment.ts";

withDeployment([]);

/** Twelve seconds of news from every link of the 27 states: no task of the main thread may take as long as a late frame. */
async function expectFluid(page: Page): Promise<void> {
  const tasks = await traceTasks(await page.context().newCDPSession(page), 12_000);
  const longest = tasks.map(({ ms }) => ms).sort((a, b) => b - a);
  const shown = longest.slice(0, 12).map((ms) => ms.toFixed(1));
  console.log(`longest main-thread tasks, ms of processor time: ${shown.join(", ")} (of ${tasks.length})`);
  expect(tasks.length).toBeGreaterThan(50);
  expect(longest[0]).toBeLessThan(50);
}

test("the map of the 27 states, another state on every link each second, takes no frame over 50 ms", async ({
  browser,
}) => {
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
  const page = await context.newPage();
  await page.goto(`http://localhost:${deploymentPort()}/design/map`);
  const main = page.locator("[data-tick]");
  await expect(main).toBeVisible({ timeout: 30_000 });
  expect(Number(await main.getAttribute("data-links"))).toBeGreaterThan(500);
  // Programs are compiled and the coasts drawn before what is measured.
  await expect.poll(async () => Number(await main.getAttribute("data-tick"))).toBeGreaterThan(5);
  await expectFluid(page);
  await context.close();
});

test("the administration's map and list of the 27 states, news of every link each second, take no frame over 50 ms", async ({
  browser,
}) => {
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
  const page = await context.newPage();
  await page.goto(`http://localhost:${deploymentPort()}/design/admin?page=health&network=eu27`);
  const rows = page.locator("tr[data-row]");
  await expect.poll(() => rows.count(), { timeout: 30_000 }).toBeGreaterThan(100);
  const first = rows.first();
  const before = await first.textContent();
  await expect(first).not.toHaveText(before ?? "");
  await expectFluid(page);
  for (
    let asked = 0;
    asked < 5 && (await page.getByRole("button", { name: "Load more" }).isVisible());
    asked++
  )
    await page.getByRole("button", { name: "Load more" }).click();
  expect(await rows.count()).toBeGreaterThan(500);
  await context.close();
});
