import { expect } from "@playwright/test";
import { Post } from "./support/post.ts";
import { test, withDeployment } from "./support/worker-deployment.ts";

test.describe.configure({ mode: "serial", timeout: 150_000 });
withDeployment(["pt-lis-mne", "es-mad-mfa"]);

let lisbon: Post;
let madrid: Post;

interface Shown {
  readonly title: string;
  readonly body: string;
}

test.beforeAll(async ({ browser }) => {
  lisbon = await Post.signIn(browser, "pt-lis-mne", "messages", { width: 1440, height: 900 });
  madrid = await Post.signIn(browser, "es-mad-mfa", "messages", { width: 1440, height: 900 });
  for (const post of [lisbon, madrid]) await post.ready();
  await lisbon.openConversation("Ministry of Foreign Affairs, Madrid");
  await lisbon.send("Good morning, Madrid.", "AES-256");
  await madrid.openConversation("Ministry of Foreign Affairs, Lisbon");
  await madrid.sees("Good morning, Madrid.");
});

test.afterAll(async () => {
  await lisbon?.close();
  await madrid?.close();
});

/** Lets the page notify without a desktop, and keeps what it would have shown. */
async function recordNotifications({ page }: Post): Promise<void> {
  await page.evaluate(() => {
    const shown: Shown[] = [];
    class Recorded {
      static permission = "granted";
      static requestPermission = async () => "granted";
      onclick: (() => void) | null = null;
      constructor(title: string, options: { body: string }) {
        shown.push({ title, body: options.body });
      }
      close() {}
    }
    Object.assign(window, { Notification: Recorded, shownNotifications: shown });
    document.hasFocus = () => false;
  });
}

const notifications = ({ page }: Post): Promise<readonly Shown[]> =>
  page.evaluate(() => (window as unknown as { shownNotifications: Shown[] }).shownNotifications);

test("each sees that the other is there, at 1440 pixels, until one of them hides", async () => {
  const header = lisbon.page.locator("header").filter({ hasText: "Madrid" });
  await lisbon.page.reload();
  await lisbon.ready();
  await expect(header.getByText("Online")).toBeVisible({ timeout: 45_000 });
  await madrid.page.getByLabel("Show that I am here, and who else is").uncheck();
  await lisbon.page.reload();
  await lisbon.ready();
  await lisbon.sees("Good morning, Madrid.");
  await expect(header.getByText("Online")).toHaveCount(0);
  await expect(madrid.page.locator("header").filter({ hasText: "Lisbon" }).getByText("Online")).toHaveCount(
    0,
  );
  await madrid.page.getByLabel("Show that I am here, and who else is").check();
  const sideways = await lisbon.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(sideways).toBe(false);
});

test("nothing is notified until somebody switches it on; then neither text nor sender is in it", async () => {
  await recordNotifications(madrid);
  await lisbon.send("Not announced at all.", "AES-256");
  await madrid.sees("Not announced at all.");
  expect(await notifications(madrid)).toEqual([]);
  await madrid.page.getByRole("combobox", { name: "Notifications" }).selectOption({ label: "Without names" });
  await madrid.page.goto(`${madrid.origin}/messages`);
  await madrid.ready();
  await recordNotifications(madrid);
  await lisbon.send("A secret in the text.", "AES-256");
  await expect.poll(() => notifications(madrid)).toEqual([{ title: "Vernam", body: "A new message" }]);
});

test("a muted conversation notifies nothing, and still counts what is new", async () => {
  await madrid.page.locator("[data-conversation]").first().click();
  await madrid.page.getByRole("button", { name: "Settings of this conversation" }).click();
  await madrid.page.getByRole("dialog").getByLabel("Mute this conversation").click();
  await madrid.page.keyboard.press("Escape");
  await expect(madrid.page.locator("[data-conversation]").first().getByText("Muted")).toBeAttached();
  await madrid.page.goto(`${madrid.origin}/messages`);
  await madrid.ready();
  await recordNotifications(madrid);
  const before = (await notifications(madrid)).length;
  await lisbon.send("Quietly.", "AES-256");
  await expect(madrid.page.locator("[data-conversation]").first()).toContainText("Quietly.");
  await expect(madrid.page).toHaveTitle(/^\(1\)/);
  expect(await notifications(madrid)).toHaveLength(before);
});

test("post names are said in Portuguese to who reads Portuguese", async () => {
  await lisbon.page
    .getByRole("button", { name: /Lisbon/ })
    .first()
    .click();
  await lisbon.page.getByRole("menuitemradio", { name: "Português" }).click();
  const heading = lisbon.page.getByRole("heading", { name: "Ministério dos Negócios Estrangeiros, Madrid" });
  await expect(heading).toBeVisible({ timeout: 45_000 });
});
