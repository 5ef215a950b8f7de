import { readFile } from "node:fs/promises";
import { type Download, expect, type Locator, type Page } from "@playwright/test";
import { expectAccessibleInBothThemes } from "./support/accessibility.ts";
import { expectQuiet, nameOf, Post } from "./support/post.ts";
import { test, withDeployment } from "./support/worker-deployment.ts";

test.describe.configure({ mode: "serial" });

const here = "pt-lis-gns";
const there = "es-mad-int";
withDeployment([here, there]);

let lisbon: Post;
let madrid: Post;

test.beforeAll(async ({ browser }) => {
  lisbon = await Post.signIn(browser, here);
  madrid = await Post.signIn(browser, there);
  await lisbon.ready();
  await madrid.ready();
  await lisbon.openConversation(nameOf(there));
  await lisbon.send("Files follow.");
  await madrid.openConversation(nameOf(here));
  await madrid.sees("Files follow.");
});

test.afterAll(async () => {
  await lisbon?.close();
  await madrid?.close();
});

/** Bytes that any change shows in, the same in every run. */
function pattern(size: number, seed: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

const composer = (page: Page): Locator => page.getByRole("region", { name: "Write a message" });
const fileRow = (post: Post, name: string): Locator =>
  post.page.getByRole("log").locator("article").filter({ hasText: name });

async function attach(post: Post, name: string, mimeType: string, buffer: Buffer): Promise<void> {
  await post.page.locator("[data-attach]").setInputFiles({ name, mimeType, buffer });
  await expect(composer(post.page).locator("[data-attachment]")).toContainText(name);
}

async function send(post: Post): Promise<void> {
  await post.page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(composer(post.page).locator("[data-attachment]")).toHaveCount(0);
}

async function saved(post: Post, name: string): Promise<Buffer> {
  const row = fileRow(post, name);
  await expect(row).toBeVisible({ timeout: 60_000 });
  const coming: Promise<Download> = post.page.waitForEvent("download", { timeout: 60_000 });
  await row.getByRole("button", { name: "Save" }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe(name);
  return await readFile(await download.path());
}

test("20 MB by AES arrive to the byte, in both directions", async () => {
  test.setTimeout(240_000);
  for (const [from, to, name] of [
    [lisbon, madrid, "from-lisbon.bin"],
    [madrid, lisbon, "from-madrid.bin"],
  ] as const) {
    const bytes = pattern(20_000_000, name.length);
    await from.page.getByRole("radio", { name: "AES-256" }).click();
    await attach(from, name, "application/octet-stream", bytes);
    await send(from);
    expect((await saved(to, name)).equals(bytes)).toBe(true);
    await expect(fileRow(to, name)).toContainText("on this device");
    await expect(fileRow(from, name).locator("p").last()).toContainText("Read");
  }
});

test("20 kB under a one-time pad cost a pad for every byte, and the price is said before", async () => {
  await lisbon.page.getByRole("radio", { name: "One-time pad" }).click();
  await attach(lisbon, "orders.bin", "application/octet-stream", pattern(20_000, 7));
  const price = composer(lisbon.page).locator("[data-file-price]");
  await expect(price).toContainText("One-time pad for every byte");
  const bits = Number(((await price.textContent()) ?? "").replace(/\D/g, ""));
  expect(bits).toBeGreaterThan(8 * 20_000);
  expect(bits).toBeLessThan(8 * 21_000);
  await send(lisbon);
  expect((await saved(madrid, "orders.bin")).equals(pattern(20_000, 7))).toBe(true);
  await fileRow(lisbon, "orders.bin")
    .getByRole("button", { name: /Key card/ })
    .click();
  const card = lisbon.page.getByText(bits.toLocaleString("en-GB"), { exact: false }).first();
  await expect(card).toBeVisible();
  await lisbon.page.keyboard.press("Escape");
});

test("a file too large for a pad is refused before anything is drawn, with what is possible", async () => {
  await lisbon.page.getByRole("radio", { name: "One-time pad" }).click();
  await attach(lisbon, "large.bin", "application/octet-stream", pattern(300_000, 3));
  await expect(composer(lisbon.page).getByRole("alert")).toContainText("too large");
  await expect(lisbon.page.getByRole("button", { name: "Send", exact: true })).toBeDisabled();
  await lisbon.page.getByRole("button", { name: "Do not send large.bin" }).click();
});

/** A picture made in the page, as a camera's file would come. */
async function picture(page: Page): Promise<Buffer> {
  const data = await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    canvas.width = 1600;
    canvas.height = 1000;
    const brush = canvas.getContext("2d") as CanvasRenderingContext2D;
    for (let i = 0; i < 400; i++) {
      brush.fillStyle = `rgb(${(i * 37) % 256} ${(i * 91) % 256} ${(i * 53) % 256})`;
      brush.fillRect((i * 97) % 1600, (i * 61) % 1000, 220, 140);
    }
    return canvas.toDataURL("image/png").split(",")[1] ?? "";
  });
  return Buffer.from(data, "base64");
}

test("a picture shows its preview before it is fetched, and opens in full, by keyboard alone", async () => {
  const bytes = await picture(lisbon.page);
  await lisbon.page.getByRole("radio", { name: "AES-256" }).click();
  await attach(lisbon, "harbour.png", "image/png", bytes);
  await expect(composer(lisbon.page).locator("[data-attachment] img")).toBeVisible();
  await lisbon.composer().fill("The harbour this morning.");
  await lisbon.composer().press("Enter");
  const row = fileRow(madrid, "harbour.png");
  await expect(row.locator("img")).toBeVisible({ timeout: 45_000 });
  await expect(row).toContainText("not fetched yet");
  await expect(row).toContainText("The harbour this morning.");
  const drawn = await row.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth);
  expect(drawn).toBeGreaterThan(50);
  expect(drawn).toBeLessThanOrEqual(480);
  await row.getByRole("button", { name: "Show", exact: true }).focus();
  await madrid.page.keyboard.press("Enter");
  const full = madrid.page.getByRole("dialog").getByRole("img", { name: "Picture harbour.png" });
  await expect(full).toBeVisible();
  expect(await full.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1600);
  await expectAccessibleInBothThemes(madrid.page, "a picture in full");
  await madrid.page.keyboard.press("Escape");
  await expect(full).toBeHidden();
});

test("a pasted picture and a dropped file are attached, also at the width of a telephone", async () => {
  await lisbon.page.setViewportSize({ width: 360, height: 740 });
  await lisbon.composer().focus();
  await lisbon.page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(500)], "pasted.txt", { type: "text/plain" }));
    const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(paste);
  });
  await expect(composer(lisbon.page).locator("[data-attachment]")).toContainText("pasted.txt");
  const box = await composer(lisbon.page).boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(360);
  await composer(lisbon.page).evaluate((region) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([new Uint8Array(900)], "dropped.txt", { type: "text/plain" }));
    region.dispatchEvent(new DragEvent("dragover", { dataTransfer, bubbles: true, cancelable: true }));
    region.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  });
  await expect(composer(lisbon.page).locator("[data-attachment]")).toContainText("dropped.txt");
  await send(lisbon);
  await expect(fileRow(madrid, "dropped.txt")).toBeVisible({ timeout: 45_000 });
  await lisbon.page.setViewportSize({ width: 1280, height: 800 });
});

test("nothing complained", () => {
  expectQuiet(lisbon, madrid);
});
