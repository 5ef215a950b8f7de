import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import { expectAccessibleInBothThemes } from "./support/accessibility.ts";
import { expectQuiet, Post } from "./support/post.ts";
import { test, withDeployment } from "./support/worker-deployment.ts";

/** Presenter mode, the audience's window, replay, report, panic key and tours. */
withDeployment(["presenter"], { leavesTraces: true });
test.describe.configure({ mode: "serial" });

let presenter: Post;
let audience: Page;

test.beforeAll(async ({ browser }) => {
  presenter = await Post.signIn(browser, "presenter", "stage", { width: 1600, height: 1000 });
});

test.afterAll(async () => {
  await presenter?.close();
});

const mode = async (name: string) => presenter.page.getByRole("radio", { name, exact: true }).check();
const scene = (page: Page) => page.locator("[data-scene]");

/** Starts the tour from the account menu, as a person does with the keyboard. */
async function startTour(page: Page): Promise<void> {
  await page.locator("[data-account]").focus();
  await page.keyboard.press("Enter");
  const item = page.getByRole("menuitem", { name: "Guided tour" });
  await expect(item).toBeVisible();
  await item.focus();
  await page.keyboard.press("Enter");
}

test("one key goes to the next scene and one back; notes and clock are the presenter's", async () => {
  const { page } = presenter;
  const bob = page.locator('[data-desk="bob"]');
  await expect(bob.getByRole("textbox", { name: "Write a message" })).toBeVisible({ timeout: 60_000 });
  await mode("Scenes");
  await expect(scene(page)).toHaveAttribute("data-scene", "opening-map");
  await expect(page.locator("[data-notes]")).not.toBeEmpty();
  await expect(page.locator("[data-pace]")).toContainText("0:0");
  await page.locator("body").press("PageDown");
  await expect(scene(page)).toHaveAttribute("data-scene", "first-note");
  await page.locator("body").press("ArrowLeft");
  await expect(scene(page)).toHaveAttribute("data-scene", "opening-map");
});

test("the audience's window follows, without notes and without a control", async () => {
  const { page } = presenter;
  const opened = presenter.context.waitForEvent("page");
  await page.getByRole("button", { name: "Audience window" }).click();
  audience = await opened;
  await audience.setViewportSize({ width: 1600, height: 900 });
  await expect(audience.locator('[data-audience="following"]')).toBeVisible({ timeout: 30_000 });
  await expect(scene(audience)).toHaveAttribute("data-scene", "opening-map");
  await expect(audience.locator("[data-notes]")).toHaveCount(0);
  await expect(audience.locator("main").getByRole("button")).toHaveCount(0);
  await expect(audience.getByRole("textbox")).toHaveCount(0);
  await page.bringToFront();
  await page.locator("body").press("PageDown");
  await expect(scene(audience)).toHaveAttribute("data-scene", "first-note");
});

test("a scene is played to its number and its limit, in both windows", async () => {
  const { page } = presenter;
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect(scene(page)).toHaveAttribute("data-phase", "done", { timeout: 90_000 });
  const number = await page.locator("[data-number]").textContent();
  expect(number).toMatch(/\d/);
  await expect(page.locator("[data-limit]")).not.toBeEmpty();
  await expect(audience.locator("[data-number]")).toHaveText(number ?? "");
  await expect(audience.locator('[data-frame="envelope"]').first()).toBeVisible();
});

test("a reload of either window finds the other again", async () => {
  const { page } = presenter;
  await audience.reload();
  await expect(audience.locator('[data-audience="following"]')).toBeVisible({ timeout: 30_000 });
  await expect(scene(audience)).toHaveAttribute("data-scene", "first-note");
  await page.bringToFront();
  await page.reload();
  await expect(scene(page)).toHaveAttribute("data-scene", "first-note", { timeout: 60_000 });
  await page.locator("body").press("PageUp");
  await expect(scene(audience)).toHaveAttribute("data-scene", "opening-map", { timeout: 30_000 });
});

test("a run is replayed on the same map, labelled in both windows, from a file too", async () => {
  const { page } = presenter;
  await mode("Replay");
  await expect(page.locator("[data-replay]")).toContainText("not live");
  await expect(audience.locator("[data-replay]")).toContainText("not live");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save this run" }).click();
  const path = await (await download).path();
  const run = JSON.parse(readFileSync(path, "utf8")) as { seed: string; events: unknown[] };
  expect(run.events.length).toBeGreaterThan(5);
  await page.getByLabel("Open a saved run").setInputFiles({
    name: "run.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify({ ...run, cutAt: 7_384_000 })),
  });
  await expect(page.locator(`[data-recording="${run.seed}"]`)).toBeVisible();
  await expect(page.locator("[data-recording-cut]")).toContainText("From 123:04 on nothing was kept");
  await page.getByRole("slider", { name: "Moment of the run" }).press("End");
  await expect(scene(page)).toHaveAttribute("data-scene", "opening-map");
  await page.getByLabel("Open a saved run").setInputFiles({
    name: "other.json",
    mimeType: "application/json",
    buffer: Buffer.from('{"format":"other"}'),
  });
  await expect(page.getByText("It is not a run saved by the stage.")).toBeVisible();
  await mode("Scenes");
  await expect(audience.locator("[data-replay]")).toHaveCount(0);
});

test("the signature map goes from seven states to twenty-seven", async () => {
  const { page } = presenter;
  await mode("2019–2021");
  await expect(page.locator("[data-signatures]")).toHaveAttribute("data-signatures", "7");
  await expect(page.getByText("13 June 2019").first()).toBeVisible();
  const slider = page.getByRole("slider", { name: "Signatures" });
  await slider.press("ArrowRight");
  await slider.press("ArrowRight");
  await expect(page.locator("[data-signatures]")).toHaveAttribute("data-signatures", "9");
  await expect(page.locator("[data-islands]")).toContainText("4 islands of states");
  await expect(page.locator('[data-way="space"]')).toContainText("by satellite only");
  await expect(page.getByText("Portugal, Spain").or(page.getByText("Spain, Portugal"))).toBeVisible();
  await slider.press("End");
  await expect(page.locator("[data-members]")).toContainText("27 states have signed");
  await expect(audience.locator("[data-members]")).toContainText("27 states have signed");
});

test("the scene of the signatures moves the slider, in both windows", async () => {
  const { page } = presenter;
  await mode("Scenes");
  const choice = page.getByRole("combobox", { name: "Scene", exact: true });
  await choice.selectOption("map-2021");
  const slider = page.getByRole("slider", { name: "Signatures" });
  await slider.fill("4");
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect(slider).toHaveValue("2", { timeout: 15_000 });
  await expect(audience.locator("[data-islands]")).toContainText("4 islands");
  await expect(scene(page)).toHaveAttribute("data-phase", "done", { timeout: 20_000 });
  await expect(slider).toHaveValue("8");
  await expect(audience.locator("[data-members]")).toContainText("27 states");
  await choice.selectOption("opening-map");
});

test("the panic key brings a known good state back from anywhere, and says what it reset", async () => {
  const { page } = presenter;
  await mode("Desks");
  await expect(page.locator("[data-chosen-link]")).toBeVisible();
  await page.getByRole("button", { name: "Cut the fibre" }).click();
  await expect(page.getByRole("button", { name: "Mend the fibre" })).toBeVisible();
  await mode("Report");
  const began = Date.now();
  await page.locator("body").press("F8");
  const notice = page.locator('[data-panic="done"]');
  await expect(notice).toContainText("1 fault");
  expect(Date.now() - began).toBeLessThan(20_000);
  await expect(page.getByRole("button", { name: "Cut the fibre" })).toBeVisible();
});

test("the report says what happened, and prints without the stage's menus", async () => {
  const { page } = presenter;
  await mode("Report");
  await expect(page.locator("[data-report]")).toContainText("You cut");
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("button", { name: "Print or save as PDF" })).toBeHidden();
  await expect(page.getByRole("radio", { name: "Report" })).toBeHidden();
  await expect(page.locator("[data-report]")).toBeVisible();
  expect((await page.pdf()).length).toBeGreaterThan(5000);
  await page.emulateMedia({ media: "screen" });
});

test("the booth plays by itself until somebody touches anything", async () => {
  const { page } = presenter;
  await page.getByRole("button", { name: "Booth" }).click();
  await expect(page.locator("[data-booth]")).toBeVisible();
  await expect(scene(page)).not.toHaveAttribute("data-phase", "ready", { timeout: 30_000 });
  await page.waitForTimeout(500);
  await page.locator("body").press("Escape");
  await expect(page.locator("[data-booth]")).toHaveCount(0);
  await expect(scene(page)).toHaveAttribute("data-phase", "ready");
});

test("presenter mode and the audience's window are accessible in both themes", async () => {
  await expectAccessibleInBothThemes(presenter.page, "presenter mode");
  await expectAccessibleInBothThemes(audience, "audience window");
  await mode("Report");
  await expectAccessibleInBothThemes(presenter.page, "report");
  await mode("Replay");
  await expectAccessibleInBothThemes(presenter.page, "replay");
});

test("the tour of the stage goes by keyboard, and returns the focus", async () => {
  const { page } = presenter;
  await mode("Desks");
  await startTour(page);
  const popover = page.locator(".driver-popover");
  await expect(popover).toContainText("The stage");
  await expectAccessibleInBothThemes(page, "tour");
  for (let step = 2; step <= 8; step++) {
    await page.keyboard.press("ArrowRight");
    await expect(popover).toContainText(`${step} of 8`);
  }
  await expect(popover).toContainText("If something goes wrong");
  // Faster than a step takes to come.
  for (let step = 0; step < 3; step++) await page.keyboard.press("ArrowLeft");
  await expect(popover).toContainText("5 of 8");
  await page.keyboard.press("Escape");
  await expect(popover).toHaveCount(0);
});

test("the tours of administration and of messages begin on their pages", async () => {
  const { page } = presenter;
  await page.goto(`${presenter.origin}/admin`);
  await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
  await startTour(page);
  await expect(page.locator(".driver-popover")).toContainText("Is the network healthy?");
  await page.keyboard.press("Escape");
  await page.goto(`${presenter.origin}/messages`);
  await expect(page.getByRole("navigation", { name: "Conversations" })).toBeVisible();
  await startTour(page);
  await expect(page.locator(".driver-popover")).toContainText("Messages for officials");
  await page.keyboard.press("Escape");
});

test("no page complained, and nothing offended the content security policy", () => {
  expectQuiet(presenter);
});
