import type { Page } from "@playwright/test";

export interface Scrolled {
  readonly frames: number;
  readonly dropped: number;
  /** Frames in which the list stood at an edge, waiting for messages from the worker. */
  readonly waiting: number;
  /** Most rows of messages that stood in the page at once. */
  readonly rows: number;
}

/** From the newest message to the very first and back, half a screen with every frame. */
export function scrollThrough(page: Page): Promise<Scrolled> {
  return page.evaluate(async () => {
    const step = 400;
    const patience = 1800;
    const frame = 1000 / 60;
    const log = document.querySelector('[role="log"]') as HTMLElement;
    const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const begins = () => log.textContent?.includes("Message 1.") ?? false;
    let frames = 0;
    let dropped = 0;
    let rows = 0;
    let waiting = 0;
    async function run(direction: -1 | 1): Promise<void> {
      let last = await nextFrame();
      let still = 0;
      // At the top a page may still be on its way from the worker; the beginning says of itself that it is one.
      while (still < 60 || (direction < 0 && !begins() && still < patience)) {
        const before = log.scrollTop;
        log.scrollTop = before + direction * step;
        const now = await nextFrame();
        still = Math.abs(log.scrollTop - before) < 1 ? still + 1 : 0;
        frames++;
        if (still > 0) waiting++;
        dropped += Math.max(0, Math.round((now - last) / frame) - 1);
        last = now;
        if (frames % 30 === 0) rows = Math.max(rows, log.querySelectorAll("article").length);
      }
    }
    await run(-1);
    const first = begins();
    await run(1);
    if (!first) throw new Error("the beginning of the conversation did not come");
    return { frames, dropped, waiting, rows };
  });
}
