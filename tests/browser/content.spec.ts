import { expect } from "@playwright/test";
import { nameOf, Post } from "./support/post.ts";
import { test, withDeployment } from "./support/worker-deployment.ts";

test.describe.configure({ mode: "serial" });

const here = "officer-pt-lis-mne";
const there = "officer-es-mad-mfa";
withDeployment([here, there]);

let lisbon: Post;
let madrid: Post;

test.beforeAll(async ({ browser }) => {
  lisbon = await Post.signIn(browser, here);
  madrid = await Post.signIn(browser, there);
  await lisbon.ready();
  await madrid.ready();
  await lisbon.openConversation(nameOf(there));
  await lisbon.send("The room is number four.", "AES-256");
  await madrid.openConversation(nameOf(here));
  await madrid.sees("The room is number four.");
});

test.afterAll(async () => {
  await lisbon?.close();
  await madrid?.close();
});

/** The first message with this text: replies quote it too. */
function deed(post: Post, text: string, name: string) {
  return post.message(text).first().getByRole("button", { name, exact: true });
}

test("a reply quotes what it answers", async () => {
  await deed(madrid, "The room is number four.", "Reply").click();
  await madrid.send("On which floor?", "AES-256");
  await lisbon.sees("On which floor?");
  await expect(lisbon.message("On which floor?").getByRole("blockquote")).toContainText(
    "The room is number four.",
  );
});

test("a reaction is seen by the other side, with its name", async () => {
  await deed(madrid, "The room is number four.", "React").click();
  await expect(madrid.page.getByRole("dialog")).toContainText(/Costs/);
  await madrid.page.getByRole("dialog").getByRole("button", { name: "I agree" }).click();
  await expect(lisbon.page.locator('[data-reaction="👍"]')).toHaveAccessibleName(/^I agree: /);
});

test("an edit takes the place of the text on both sides and says so", async () => {
  await deed(lisbon, "The room is number four.", "Edit").click();
  const dialog = lisbon.page.getByRole("dialog");
  await dialog.getByLabel("New text").fill("The room is number five.");
  await dialog.getByRole("button", { name: "Send the change" }).click();
  await expect(madrid.message("The room is number five.").first()).toBeVisible();
  await expect(madrid.message("The room is number five.").first()).toContainText(/edited \d\d:\d\d/);
});

test("a message is deleted for everyone after a question", async () => {
  await lisbon.send("Written by mistake.", "AES-256");
  await madrid.sees("Written by mistake.");
  await deed(lisbon, "Written by mistake.", "Delete for everyone").click();
  await lisbon.page.getByRole("dialog").getByRole("button", { name: "Delete for everyone" }).click();
  await expect(madrid.page.getByText("This message was deleted by its author.")).toBeVisible();
  await expect(madrid.page.getByRole("log")).not.toContainText("Written by mistake.");
});

test("a formal message shows its head, and is acknowledged", async () => {
  await lisbon.page.getByRole("button", { name: "Write another kind of message" }).click();
  const form = lisbon.page.getByRole("dialog");
  await form.getByLabel("Registration number").fill("MNE/2026/42");
  await form.getByLabel("Subject (unclassified)").fill("Attendance list");
  await form.getByLabel("Originator").fill("Protocol Office");
  await form.getByLabel("Text").fill("Nine delegations.");
  await form.getByRole("button", { name: "Send" }).click();
  await madrid.sees("Nine delegations.");
  const formal = madrid.message("Nine delegations.");
  await expect(formal).toContainText("MNE/2026/42");
  await expect(formal).toContainText("Copy 1 of 1");
  await deed(madrid, "Nine delegations.", "Acknowledge").click();
  await madrid.page.getByRole("dialog").getByRole("button", { name: "Send" }).click();
  await expect(lisbon.page.getByRole("log")).toContainText("Received");
  await lisbon.page.screenshot({ path: "test-results/content-wide.png" });
});

test("a search finds words on this device and goes to what was found, and an answer to what it answers", async () => {
  await madrid.page.getByRole("button", { name: "Search in this conversation" }).click();
  const dialog = madrid.page.getByRole("dialog");
  await dialog.getByLabel("Words").fill("ROOM five");
  await expect(dialog).toContainText("1 message");
  await dialog.locator("[data-found]").getByRole("button", { name: "Show" }).click();
  await expect(dialog).toHaveCount(0);
  const log = madrid.page.getByRole("log");
  await expect(log).toBeFocused();
  await expect(log.getByText("On which floor?").first()).toBeInViewport();
  await log.getByRole("button", { name: "Go to this message" }).first().click();
  await expect(log).toBeFocused();
  await madrid.page.getByRole("button", { name: "Search in this conversation" }).click();
  await dialog.getByLabel("Go to a date").fill("2020-01-01");
  await dialog.getByRole("button", { name: "Show" }).click();
  await expect(log.locator("[data-message]").first()).toBeInViewport();
});

test("a draft is found by another tab and survives a reload", async () => {
  const { page } = lisbon;
  await lisbon.composer().fill("half a sentence");
  const other = await lisbon.context.newPage();
  await other.goto(`${lisbon.origin}/messages`);
  await expect(other.locator("[data-conversation]")).toContainText("Draft: half a sentence");
  await other.close();
  await page.reload();
  await expect(lisbon.composer()).toHaveValue("half a sentence");
  await lisbon.ready();
  await lisbon.composer().fill("");
  await expect(page.locator("[data-conversation]")).not.toContainText("Draft:");
});

test("messages disappear after they were read", async () => {
  await lisbon.page.getByRole("button", { name: "Settings of this conversation" }).click();
  const dialog = lisbon.page.getByRole("dialog");
  await dialog.getByLabel("Messages disappear after reading").selectOption({ index: 1 });
  await dialog.getByRole("button", { name: "Set", exact: true }).click();
  await expect(dialog.getByRole("button", { name: "Set", exact: true })).toHaveCount(0);
  await lisbon.page.keyboard.press("Escape");
  await lisbon.send("Gone in half a minute.", "AES-256");
  await madrid.sees("Gone in half a minute.");
  await madrid.page.setViewportSize({ width: 360, height: 740 });
  await madrid.page.screenshot({ path: "test-results/content-narrow.png" });
  await expect(madrid.page.getByText("Gone in half a minute.")).toHaveCount(0, { timeout: 60_000 });
  await expect(lisbon.page.getByText("Gone in half a minute.")).toHaveCount(0, { timeout: 60_000 });
});

test("a history is saved under a passphrase", async () => {
  await lisbon.page.getByRole("button", { name: "Settings of this conversation" }).click();
  const dialog = lisbon.page.getByRole("dialog");
  await dialog.getByLabel(/^Passphrase/).fill("correct horse battery");
  const download = lisbon.page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save the file" }).click();
  const file = await (await download).path();
  await dialog.getByLabel(/^Passphrase/).fill("correct horse battery");
  await dialog.getByLabel("File", { exact: true }).setInputFiles(file);
  await dialog.getByRole("button", { name: "Restore from a file" }).click();
  await expect(dialog.getByRole("status")).toContainText("0 messages restored");
});
