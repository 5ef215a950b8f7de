import { expect } from "@playwright/test";
import { nameOf, Post } from "./support/post.ts";
import { test, withDeployment } from "./support/worker-deployment.ts";

test.describe.configure({ mode: "serial" });

const here = "administrator";
const there = "officer";
withDeployment([here, there]);

let first: Post;
let second: Post;
let peer: Post;

test.beforeAll(async ({ browser }) => {
  first = await Post.signIn(browser, here);
  peer = await Post.signIn(browser, there);
  await first.ready();
  await peer.ready();
  await first.openConversation(nameOf(there));
  await first.send("Written before there was a second device.");
});

test.afterAll(async () => {
  for (const post of [first, second, peer]) await post?.close();
});

test("a second browser of the same post waits, shows its digits, and is approved by the first", async ({
  browser,
}) => {
  second = await Post.signIn(browser, here);
  const digits = second.page.getByRole("list", { name: "Digits of this device" });
  await expect(digits).toBeVisible({ timeout: 45_000 });
  await expect(second.page.getByRole("img", { name: /QR code/ })).toBeVisible();
  const shown = await digits.textContent();
  await first.page.getByRole("button", { name: "Your devices" }).click();
  const dialog = first.page.getByRole("dialog");
  await expect(dialog.getByRole("list", { name: "Digits of this device" })).toHaveText(shown ?? "");
  await dialog.getByRole("button", { name: /approve/ }).click();
  await second.ready();
  await first.page.keyboard.press("Escape");
});

test("both receive, and what one writes appears on the other", async () => {
  await peer.openConversation(nameOf(here));
  await second.page.locator("[data-conversation]").first().click();
  await peer.send("To both devices in Lisbon.");
  await first.sees("To both devices in Lisbon.");
  await second.sees("To both devices in Lisbon.");
  await second.send("From the second device.");
  await first.sees("From the second device.");
  await peer.sees("From the second device.");
});

test("signed out by the first, the second is shut out and erased in the middle of the conversation", async () => {
  await first.page.getByRole("button", { name: "Your devices" }).click();
  const dialog = first.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Sign out" }).click();
  await dialog.getByRole("button", { name: "Sign out for good?" }).click();
  await expect(second.page.getByText("This device was revoked")).toBeVisible({ timeout: 45_000 });
  await first.page.keyboard.press("Escape");
  await peer.send("Only to the first device.");
  await first.sees("Only to the first device.");
});
