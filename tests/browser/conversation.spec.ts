import { expect, type Locator, type Page } from "@playwright/test";
import { expectAccessibleInBothThemes } from "./support/accessibility.ts";
import { expectQuiet, Post } from "./support/post.ts";
import { deploymentPort, test, withDeployment } from "./support/worker-deployment.ts";

test.describe.configure({ mode: "serial" });
withDeployment(["pt-lis-mne", "es-mad-mfa", "auditor"]);

const madridPlace = "Ministry of Foreign Affairs, Madrid";
const lisbonPlace = "Ministry of Foreign Affairs, Lisbon";

let lisbon: Post;
let madrid: Post;

test.beforeAll(async ({ browser }) => {
  lisbon = await Post.signIn(browser, "pt-lis-mne");
  madrid = await Post.signIn(browser, "es-mad-mfa");
  await lisbon.ready();
  await madrid.ready();
});

test.afterAll(async () => {
  await lisbon?.close();
  await madrid?.close();
});

/** The groups of five digits; the contact's devices are a list of their own below. */
const safetyDigits = (page: Page): Locator =>
  page.getByRole("dialog").locator("ol").first().getByRole("listitem");

test("Lisbon and Madrid exchange one-time pad and AES messages both ways", async () => {
  await lisbon.openConversation(madridPlace);
  await lisbon.send("Bom dia, Madrid: first note under a pad.");
  await madrid.openConversation(lisbonPlace);
  await madrid.sees("Bom dia, Madrid: first note under a pad.");
  await lisbon.delivery("first note under a pad", "Read");

  await madrid.send("Buenos días, Lisboa: answer under a pad.");
  await lisbon.sees("answer under a pad");
  await lisbon.send("A second cipher, from Lisbon.", "AES-256");
  await madrid.sees("A second cipher, from Lisbon.");
  await madrid.send("The same cipher, from Madrid.", "AES-256");
  await lisbon.sees("The same cipher, from Madrid.");
  await madrid.send("And once more in the same epoch.", "AES-256");
  await lisbon.sees("And once more in the same epoch.");
  const composer = madrid.page.getByRole("region", { name: "Write a message" });
  await expect(composer).toContainText("Continues the current epoch: no new key");

  await madrid.delivery("answer under a pad", "Read");
  await lisbon.delivery("A second cipher, from Lisbon.", "Read");
  await madrid.delivery("And once more in the same epoch.", "Read");
});

test("a message is delivered, but not read, while its conversation is closed", async () => {
  await madrid.page.goto(`${madrid.origin}/messages`);
  await madrid.ready();
  await lisbon.send("Unread until somebody looks.");
  await lisbon.delivery("Unread until somebody looks.", "Delivered");
  const row = madrid.page.locator("[data-conversation]");
  await expect(row).toContainText("1 unread message");
  await row.click();
  await madrid.sees("Unread until somebody looks.");
  await expect(madrid.page.getByRole("log")).toContainText("1 new message");
  await lisbon.delivery("Unread until somebody looks.", "Read");
});

test("the other side sees that somebody writes, as a hint, and no word of it", async () => {
  await lisbon.composer().pressSequentially("half a sen", { delay: 30 });
  const hint = madrid.page.getByText(`${lisbonPlace} is writing…`);
  await expect(hint).toBeVisible();
  await expect(madrid.page.getByText("half a sen")).toHaveCount(0);
  await lisbon.composer().fill("");
  await expect(hint).toHaveCount(0);
});

test("a sheet tells the keys, opened by one of them, and Escape closes it", async () => {
  const { page } = lisbon;
  await page.getByRole("log").focus();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard" });
  await expect(sheet.getByRole("row", { name: /Next conversation/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(sheet).toHaveCount(0);
});

test("the key card tells cipher, bits, route and the promise", async () => {
  const { page } = lisbon;
  await lisbon
    .message("first note under a pad")
    .getByRole("button", { name: /Key card/ })
    .click();
  const card = page.getByRole("region", { name: "Key card" });
  await expect(card).toContainText(/This message used 768 bits of key, over 2 links\./);
  await expect(card).toContainText("One-time pad");
  await expect(card).toContainText("Site to site");
  const network = card
    .locator("dt", { hasText: "Over the network" })
    .locator("xpath=following-sibling::dd[1]");
  const networkBits = Number.parseInt(((await network.textContent()) ?? "").replaceAll(",", ""), 10);
  expect(networkBits, "each of the two links spends the key again, and its tags").toBeGreaterThanOrEqual(
    1536,
  );
  const route = card.getByRole("listitem").filter({ hasText: /^(Salamanca|Merida)/ });
  await expect(route).toHaveCount(1);
  await expect(card).toContainText(lisbonPlace);
  await expect(card).toContainText(madridPlace);
  await expect(card.getByText("Trusted nodes on the route")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(card).toBeHidden();

  await madrid
    .message("And once more in the same epoch.")
    .getByRole("button", { name: /Key card/ })
    .click();
  const epochCard = madrid.page.getByRole("region", { name: "Key card" });
  await expect(epochCard).toContainText("Message 2 of an epoch whose key took 256 bits, over 2 links.");
  await epochCard.getByRole("button", { name: "Close" }).click();
});

test("safety numbers are the same on both screens", async () => {
  const numbers = [];
  for (const post of [lisbon, madrid]) {
    await post.page.getByRole("button", { name: "Verify", exact: true }).click();
    const digits = safetyDigits(post.page);
    await expect(digits).toHaveCount(12);
    numbers.push((await digits.allInnerTexts()).join(" "));
  }
  expect(numbers[0]).toMatch(/^(\d{5} ){11}\d{5}$/);
  expect(numbers[1]).toBe(numbers[0]);
  await lisbon.page.getByRole("button", { name: "The numbers are the same" }).click();
  await expect(lisbon.page.getByRole("dialog")).toContainText("marked it verified");
  for (const post of [lisbon, madrid]) await post.page.keyboard.press("Escape");
  await expect(lisbon.page.getByRole("button", { name: "Verified", exact: true })).toBeVisible();
});

test("after a reload the history is there, with its states", async () => {
  for (const post of [lisbon, madrid]) await post.page.reload();
  for (const post of [lisbon, madrid]) {
    await post.ready();
    await post.sees("first note under a pad");
    await post.sees("answer under a pad");
    await post.sees("A second cipher, from Lisbon.");
    await post.sees("And once more in the same epoch.");
  }
  await lisbon.delivery("first note under a pad", "Read");
  await expect(lisbon.page.getByRole("button", { name: "Verified", exact: true })).toBeVisible();
});

test("messages to a post that is away arrive when it returns", async () => {
  await madrid.page.goto("about:blank");
  await lisbon.send("While you were out, under a pad.");
  await lisbon.send("While you were out, under AES.", "AES-256");
  await lisbon.delivery("While you were out, under AES.", "Sent");
  await madrid.page.goto(`${madrid.origin}/messages`);
  await madrid.ready();
  await expect(madrid.page.locator("[data-conversation]")).toContainText("2 unread messages");
  await lisbon.delivery("While you were out, under a pad.", "Delivered");
  await madrid.page.locator("[data-conversation]").click();
  await madrid.sees("While you were out, under a pad.");
  await madrid.sees("While you were out, under AES.");
  await lisbon.delivery("While you were out, under AES.", "Read");
});

test("two tabs share one device, and the second takes over when the first closes", async () => {
  const first = lisbon.page;
  const second = await lisbon.context.newPage();
  await second.goto(first.url());
  await lisbon.ready(second);
  await lisbon.sees("While you were out, under AES.", second);

  await lisbon.send("From the second tab.", "One-time pad", second);
  await madrid.sees("From the second tab.");
  await lisbon.sees("From the second tab.", first);
  await madrid.send("To both tabs.");
  await lisbon.sees("To both tabs.", first);
  await lisbon.sees("To both tabs.", second);

  await first.close();
  lisbon.page = second;
  await lisbon.ready();
  await lisbon.send("The second tab leads now.");
  await madrid.sees("The second tab leads now.");
  await madrid.send("And hears the answer.", "AES-256");
  await lisbon.sees("And hears the answer.");
  await expect(madrid.page.getByText("cannot be opened")).toHaveCount(0);
  await expect(lisbon.page.getByText("cannot be opened")).toHaveCount(0);
});

test("TOP SECRET is refused with its reason, and nothing is sent", async () => {
  await lisbon.page.getByRole("combobox", { name: "Classification" }).selectOption("4");
  const composer = lisbon.page.getByRole("region", { name: "Write a message" });
  await expect(composer.getByRole("alert")).toContainText("TS-UE/EU-TS cannot be sent");
  await composer.getByRole("button", { name: "Keep Unclassified" }).click();
});

test("the screen speaks Portuguese", async () => {
  const { page } = lisbon;
  await page
    .getByRole("button", { name: /Lisbon/ })
    .first()
    .click();
  await page.getByRole("menuitemradio", { name: "Português" }).click();
  await expect(page.getByRole("textbox", { name: "Escrever uma mensagem" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", /^pt/);
  await expect(page.locator("body")).toContainText("Demonstração: rede QKD simulada");
  await page.getByRole("menuitemradio", { name: "English" }).click();
  await expect(lisbon.composer()).toBeVisible();
  await page.keyboard.press("Escape");
});

test("a phone 360 pixels wide shows one thing at a time and never scrolls sideways", async () => {
  const { page } = madrid;
  await page.setViewportSize({ width: 360, height: 720 });
  const fits = async () => {
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(360);
  };
  await expect(madrid.composer()).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Conversations" })).toBeHidden();
  await fits();
  await madrid.send("Sent from a phone.");
  await lisbon.sees("Sent from a phone.");
  await madrid
    .message("Sent from a phone.")
    .getByRole("button", { name: /Key card/ })
    .click();
  await expect(page.getByRole("region", { name: "Key card" })).toBeVisible();
  await fits();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Back" }).click();
  await expect(page.getByRole("navigation", { name: "Conversations" })).toBeVisible();
  await fits();
  await page.setViewportSize({ width: 1280, height: 800 });
});

test("axe finds nothing grave in a conversation, a key card and the safety number, in both themes", async () => {
  const { page } = lisbon;
  await expectAccessibleInBothThemes(page, "conversation");
  await lisbon
    .message("Sent from a phone.")
    .getByRole("button", { name: /Key card/ })
    .click();
  await expect(page.getByRole("region", { name: "Key card" })).toContainText("Who could know what");
  await expectAccessibleInBothThemes(page, "key card");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Verified", exact: true }).click();
  await expect(safetyDigits(page)).toHaveCount(12);
  await expectAccessibleInBothThemes(page, "safety number");
  await page.keyboard.press("Escape");
});

test("keyboard alone: sign in, find a post, open the conversation, send", async ({ browser }) => {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  const focusOn = async (selector: string, most: number) => {
    for (let presses = 0; presses < most; presses++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    }
    throw new Error(`no way by Tab to ${selector}`);
  };
  await page.goto(`http://localhost:${deploymentPort()}/messages`);
  const handle = "auditor";
  await expect(page.locator(`[data-post="${handle}"]`)).toBeVisible();
  await focusOn(`[data-post="${handle}"]`, 40);
  await page.keyboard.press("Enter");
  await page.waitForURL(`http://${handle}.localhost:*/**`);
  await expect(page.getByText("Connected")).toBeVisible({ timeout: 45_000 });
  await focusOn("input[type=search]", 20);
  await page.keyboard.type("Foreign Affairs, Lisbon");
  await expect(page.locator("[data-contact]").first()).toContainText(lisbonPlace);
  await focusOn("[data-contact]", 10);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: "Write a message" })).toBeVisible();
  await focusOn("textarea", 30);
  await page.keyboard.type("No mouse was near this.");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("log").locator("article")).toContainText("Delivered", { timeout: 45_000 });
  await expect(lisbon.page.locator("[data-conversation]").first()).toContainText("No mouse was near this.");
  await context.close();
});

test("no page complained on the console, and nothing offended the content security policy", () => {
  expectQuiet(lisbon, madrid);
});
