import type { Page } from "@playwright/test";
import type { Post } from "../../tests/support/post.ts";
import { until } from "../../tests/support/until.ts";

const words =
  "The delegation of the working party on transport lands at noon and leaves with the night train";
const together = 50;

/** One to some forty words, so that rows have one line, or several. */
function text(number: number): string {
  const length = 12 + ((number * 37) % 220);
  return `Message ${number}. ${words.repeat(3).slice(0, length)}`;
}

/** Sends `count` messages by AES to a reader whose page shows its list of conversations; resolves when all are there. */
export async function fillConversation(
  sender: Post,
  reader: string,
  page: Page,
  count: number,
  log: (text: string) => void,
): Promise<void> {
  const conversation = await sender.engine.openConversation(reader);
  const started = Date.now();
  for (let next = 1; next <= count; next += together) {
    const batch = Array.from({ length: Math.min(together, count - next + 1) }, (_, i) => next + i);
    for (const number of batch) await sender.send(conversation, text(number), "AES");
    if ((next - 1) % 1000 === 0) log(`${next - 1} messages written`);
    await until("the sender's outbox is short", async () => {
      const [oldest] = await sender.engine.messages(conversation, { limit: 400 });
      const state = oldest?.delivery?.state;
      return next < 400 || state === "sent" || state === "delivered" || state === "read";
    });
  }
  await page
    .locator("[data-conversation]")
    .filter({ hasText: `Message ${count}.` })
    .waitFor({ timeout: 240_000 });
  log(`${count} messages there after ${Math.round((Date.now() - started) / 1000)} s`);
}
