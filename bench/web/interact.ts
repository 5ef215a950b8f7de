import type { Page } from "@playwright/test";

const rounds = 5;
const leastReported = 16;
/** Ten keys a second: faster than most people write, slow enough that one key is not timed waiting for another. */
const betweenKeys = 100;

/** Types, chooses ciphers, opens key cards, searches; returns how long each interaction took until it was painted. */
export async function interact(page: Page, log: (text: string) => void): Promise<number[]> {
  await page.evaluate(() => {
    const longest = new Map<number, { duration: number; what: string }>();
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as PerformanceEventTiming[]) {
        const id = (entry as PerformanceEventTiming & { interactionId: number }).interactionId;
        const { duration, target, name } = entry;
        if (id === 0 || duration <= (longest.get(id)?.duration ?? 0)) continue;
        const of = target instanceof Element ? (target.getAttribute("aria-label") ?? target.tagName) : "";
        longest.set(id, { duration, what: `${name} ${of}` });
      }
    }).observe({ type: "event", durationThreshold: 16, buffered: false } as PerformanceObserverInit);
    Object.assign(window, { longest });
  });
  let made = 0;
  const composer = page.getByRole("textbox", { name: "Write a message" });
  const search = page.getByRole("searchbox");
  for (let round = 0; round < rounds; round++) {
    await composer.click();
    const text = "Noted, we answer at noon.";
    await page.keyboard.type(text, { delay: betweenKeys });
    for (const cipher of await page.getByRole("radio").all()) {
      if (!(await cipher.isEnabled())) continue;
      await cipher.click();
      made++;
    }
    const card = page.locator("article[data-message] [data-shortcut=keyCard]").last();
    await card.click();
    await page.getByRole("heading", { name: "Key card" }).waitFor();
    await page.keyboard.press("Escape");
    await search.click();
    await page.keyboard.type("Madrid", { delay: betweenKeys });
    await search.fill("");
    await composer.fill("");
    made += 1 + text.length + 2 + 1 + "Madrid".length;
  }
  await page.waitForTimeout(1000);
  type Longest = Map<number, { readonly duration: number; readonly what: string }>;
  const seen = await page.evaluate(() => [...(window as unknown as { longest: Longest }).longest.values()]);
  seen.sort((a, b) => b.duration - a.duration);
  log(
    `slowest: ${seen
      .slice(0, 6)
      .map(({ duration, what }) => `${duration} ms ${what}`)
      .join(", ")}`,
  );
  const unseen = Array.from({ length: Math.max(0, made - seen.length) }, () => leastReported);
  return [...seen.map(({ duration }) => duration), ...unseen];
}
