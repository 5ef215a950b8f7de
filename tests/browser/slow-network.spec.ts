import { expect } from "@playwright/test";
import { expectQuiet, Post } from "./support/post.ts";
import { SlowProxy } from "./support/slow-proxy.ts";
import { test, withDeployment } from "./support/worker-deployment.ts";

test.describe.configure({ mode: "serial", timeout: 300_000 });
withDeployment(["pt-lis-mne", "es-mad-mfa"]);

/** How far a message of one's own has come, in the words of the page, in the order of its way. */
const steps = ["Drawing key", "Sending", "Sent", "Delivered", "Read"];

/** Every step that the message with this text shows, in order, each as often as it comes up. */
async function watchSteps(post: Post, text: string): Promise<() => Promise<readonly string[]>> {
  await post.page.evaluate(
    ([wanted, words]) => {
      const shown: string[] = [];
      const look = () => {
        for (const article of document.querySelectorAll('[role="log"] article')) {
          if (!article.textContent.includes(wanted)) continue;
          const spans = [...article.querySelectorAll("span")].map((span) => span.textContent.trim());
          const word = words.find((one) => spans.includes(one));
          if (word !== undefined && shown.at(-1) !== word) shown.push(word);
        }
      };
      new MutationObserver(look).observe(document.body, {
        childList: true,
        subtree: true,
        characterData: true,
      });
      Object.assign(window, { stepsShown: shown });
    },
    [text, steps] as const,
  );
  return () => post.page.evaluate(() => (window as unknown as { stepsShown: string[] }).stepsShown);
}

test("over a slow line messages go both ways, in order and once, while the page stays usable", async ({
  browser,
}) => {
  // The worker's and the page's requests and both sockets: Chromium's own throttling leaves sockets of workers out.
  const proxy = await SlowProxy.start({ bytesPerSecond: 50_000, delayMs: 200 });
  const lisbon = await Post.signIn(browser, "pt-lis-mne", "messages", { proxy: proxy.address });
  const madrid = await Post.signIn(browser, "es-mad-mfa");
  await expect(lisbon.page.getByText("Connected")).toBeVisible({ timeout: 120_000 });
  await madrid.ready();
  await lisbon.openConversation("Ministry of Foreign Affairs, Madrid");
  const texts = ["First, by pad.", "Second, by AES.", "Third, by pad.", "Fourth, by AES."];
  const shownSteps = await watchSteps(lisbon, "First, by pad.");
  // Each is written while those before it are still on their way.
  for (const [i, text] of texts.entries()) await lisbon.send(text, i % 2 === 0 ? "One-time pad" : "AES-256");
  await madrid.openConversation("Ministry of Foreign Affairs, Lisbon");
  for (const text of texts) await madrid.sees(text);
  await madrid.send("All four are here.", "One-time pad");
  await expect(lisbon.message("All four are here.")).toBeVisible({ timeout: 90_000 });
  for (const text of texts) await lisbon.delivery(text, "Read");
  const shown = await shownSteps();
  expect(shown).toContain("Sending");
  expect(shown, "each step once, none taken back").toEqual(steps.filter((step) => shown.includes(step)));
  expect(shown.at(-1)).toBe("Read");
  for (const post of [lisbon, madrid]) {
    const rows = await post.page.getByRole("log").locator("[data-message]").allInnerTexts();
    expect(rows).toHaveLength(5);
    const order = [...texts, "All four are here."].map((text) => rows.findIndex((row) => row.includes(text)));
    expect(order).toEqual([0, 1, 2, 3, 4]);
  }
  expect(proxy.tunnels, "sockets through the slow line").toBeGreaterThanOrEqual(2);
  expectQuiet(lisbon, madrid);
  await lisbon.close();
  await madrid.close();
  await proxy.close();
});
