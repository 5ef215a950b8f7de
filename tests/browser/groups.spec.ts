import { expect, type Locator, test } from "@playwright/test";
import { Deployment } from "../support/deployment.ts";
import { expectAccessibleInBothThemes } from "./support/accessibility.ts";
import { expectQuiet, Post } from "./support/post.ts";

/** Five posts of four countries in one group, on the network of the nine states. */
const handles = ["pt-lis-mne", "pt-lis-bank", "es-mad-mfa", "be-bru-eu", "mt-mita1"] as const;
const places = [
  "Central bank, Lisbon",
  "Ministry of Foreign Affairs, Madrid",
  "EU institutions, Brussels",
  "MITA data centre Santa Venera",
];
const title = "Joint statement";
const renamed = "Joint statement, final";

let deployment: Deployment;
const posts: Post[] = [];
let second: Post | undefined;

test.describe.configure({ mode: "serial", timeout: 240_000 });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(400_000);
  deployment = await Deployment.start({ network: "nine" });
  await deployment.healthy(240_000);
  for (const handle of handles)
    posts.push(await Post.signIn(browser, handle, "messages", { port: deployment.port }));
  for (const post of posts) await post.ready();
});

test.afterAll(async () => {
  for (const post of posts) await post.close();
  await second?.close();
  await deployment?.stop();
});

function post(index: 0 | 1 | 2 | 3 | 4): Post {
  return posts[index] as Post;
}

async function openGroup(of: Post, name = title): Promise<void> {
  await of.page.locator("[data-conversation]").filter({ hasText: name }).click({ timeout: 60_000 });
  await expect(of.page.getByRole("heading", { name, exact: true })).toBeVisible();
}

async function members(of: Post): Promise<Locator> {
  const panel = of.page.getByRole("region", { name: "Members and settings" });
  if (!(await panel.isVisible())) await of.page.getByRole("button", { name: "Members", exact: true }).click();
  await expect(panel).toBeVisible();
  return panel;
}

async function level(of: Post, name: string): Promise<void> {
  await of.page.getByRole("combobox", { name: "Classification" }).selectOption({ label: name });
}

test("a post makes a group of five in four countries, and each of them has it", async () => {
  const { page } = post(0);
  await page.getByRole("button", { name: "New group" }).click();
  const dialog = page.getByRole("dialog", { name: "New group" });
  await dialog.getByRole("textbox", { name: "Title" }).fill(title);
  for (const place of places) {
    await dialog.getByRole("searchbox").fill(place);
    await dialog.locator("[data-choice]").filter({ hasText: place }).first().click();
  }
  await expect(dialog.getByText("4 chosen in 4 countries")).toBeVisible();
  await dialog.getByRole("button", { name: "Create group" }).click();
  await expect(page.locator('[data-event="created"]')).toContainText(title);
  for (const one of posts) await openGroup(one);
  await expect((await members(post(0))).getByRole("listitem")).toHaveCount(5);
  await expectAccessibleInBothThemes(page, "a group and its members");
});

test("messages of all four suites reach everybody, and the sender sees who read them", async () => {
  const sent = [
    ["A pad for everyone.", "One-time pad", false],
    ["Counted in epochs.", "AES-256", false],
    ["With a secret of our own devices.", "AES-256", true],
    ["The pad around the hybrid.", "One-time pad", true],
  ] as const;
  for (const [text, cipher, postQuantum] of sent) {
    await post(0).send(text, cipher, post(0).page, { postQuantum });
    for (const one of posts) await one.sees(text);
    await expect(post(0).message(text)).toContainText("Read by 4 of 4", { timeout: 60_000 });
  }
  await post(4).send("Malta has read all four.", "One-time pad");
  for (const one of posts) await one.sees("Malta has read all four.");
});

test("a classification chooses the suite, shows in both banners, and TOP SECRET is refused", async () => {
  const { page } = post(2);
  await level(post(2), "C-UE/EU-C");
  await expect(page.locator("[data-level='2']")).toHaveCount(2);
  await expect(page.getByRole("checkbox", { name: "Add post-quantum" })).toBeDisabled();
  await post(2).composer().fill("Confidential, from Madrid.");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  for (const one of posts) await one.sees("Confidential, from Madrid.");
  await expect(post(0).message("Confidential, from Madrid.")).toContainText("C-UE/EU-C");
  await level(post(2), "TS-UE/EU-TS");
  await expect(page.getByText("TS-UE/EU-TS is never carried by this system", { exact: false })).toBeVisible();
  await post(0)
    .message("Confidential, from Madrid.")
    .getByRole("button", { name: /Key card/ })
    .click();
  const card = post(0).page.getByRole("region", { name: "Key card" });
  await expect(card).toContainText("End to end");
  await expectAccessibleInBothThemes(post(0).page, "a group and a key card");
});

test("a member's second device, approved by the first, reads and writes in the group from then on", async ({
  browser,
}) => {
  second = await Post.signIn(browser, handles[1], "messages", { port: deployment.port });
  await expect(second.page.getByRole("list", { name: "Digits of this device" })).toBeVisible({
    timeout: 90_000,
  });
  await post(1).page.getByRole("button", { name: "Your devices" }).click();
  await post(1)
    .page.getByRole("dialog")
    .getByRole("button", { name: /approve/ })
    .click();
  await second.ready();
  await post(1).page.keyboard.press("Escape");
  await openGroup(second);
  await post(3).send("To both devices of the central bank.", "One-time pad");
  for (const one of [...posts, second]) await one.sees("To both devices of the central bank.");
  await second.send("From its second device.", "AES-256");
  for (const one of posts) await one.sees("From its second device.");
});

test("revoked in the middle of the conversation, that device is shut out and the group goes on", async () => {
  await post(1).page.getByRole("button", { name: "Your devices" }).click();
  const dialog = post(1).page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Sign out" }).click();
  await dialog.getByRole("button", { name: "Sign out for good?" }).click();
  await post(3).send("Written while it was being revoked.", "One-time pad");
  await expect(second?.page.getByText("This device was revoked") as Locator).toBeVisible({ timeout: 90_000 });
  await post(1).page.keyboard.press("Escape");
  await post(4).send("Written after it.", "AES-256");
  for (const one of posts) {
    await one.sees("Written while it was being revoked.");
    await one.sees("Written after it.");
    // The lines that tell of the device came among the messages, and everybody still stands at the end.
    await expect(one.page.getByRole("button", { name: "To the newest message" })).toHaveCount(0);
    await expect(one.page.getByRole("log").locator("article").last()).toBeInViewport();
  }
});

test("a reader who has moved up is left there by a new message, and goes to it by the button", async () => {
  const { page } = post(2);
  const log = page.getByRole("log");
  const toNewest = page.getByRole("button", { name: "To the newest message" });
  const top = () => log.evaluate(({ scrollTop }) => Math.round(scrollTop));
  await log.hover();
  // In small steps, as a finger does.
  for (let step = 0; step < 40; step++) await page.mouse.wheel(0, -10);
  await expect(toNewest).toBeVisible();
  const before = await top();
  await post(3).send("Written while Madrid read above.", "AES-256");
  await expect(page.locator("[data-conversation]").first()).toContainText(
    "Written while Madrid read above.",
    {
      timeout: 45_000,
    },
  );
  await expect(toNewest).toBeVisible();
  expect(await top()).toBe(before);
  await toNewest.click();
  await expect(post(2).message("Written while Madrid read above.")).toBeInViewport();
  await expect(toNewest).toHaveCount(0);
});

test("a new title reaches everybody", async () => {
  const panel = await members(post(0));
  await panel.getByRole("button", { name: "Rename" }).click();
  const dialog = post(0).page.getByRole("dialog", { name: "Rename" });
  await dialog.getByRole("textbox", { name: "Title" }).fill(renamed);
  await dialog.getByRole("button", { name: "Save" }).click();
  for (const one of posts)
    await expect(one.page.getByRole("heading", { name: renamed })).toBeVisible({ timeout: 60_000 });
});

test("a removed member keeps what it has and reads nothing new", async () => {
  const panel = await members(post(0));
  await panel
    .locator("[data-member]")
    .filter({ hasText: "Ministry of Foreign Affairs, Madrid" })
    .getByRole("button", { name: "Remove" })
    .click();
  const dialog = post(0).page.getByRole("dialog", { name: /^Remove/ });
  await expect(dialog).toContainText("Can still read");
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(post(0).page.locator('[data-event="removed"]')).toBeVisible({ timeout: 60_000 });
  await post(0).send("After Madrid has gone.", "One-time pad");
  for (const index of [1, 3, 4] as const) await post(index).sees("After Madrid has gone.");
  await expect(post(2).page.getByText("You are no longer a member").last()).toBeVisible({ timeout: 60_000 });
  await expect(post(2).message("After Madrid has gone.")).toHaveCount(0);
  await expect(post(2).message("A pad for everyone.")).toBeVisible();
});

test("a member leaves", async () => {
  const panel = await members(post(1));
  await panel.getByRole("button", { name: "Leave group" }).click();
  const dialog = post(1).page.getByRole("dialog", { name: /^Leave/ });
  await dialog.getByRole("button", { name: "Leave group" }).click();
  await expect(post(0).page.locator('[data-event="left"]')).toBeVisible({ timeout: 60_000 });
  await expect(post(1).page.getByText("You are no longer a member").last()).toBeVisible();
  expectQuiet(...posts);
});
