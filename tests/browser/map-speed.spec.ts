import { type CDPSession, expect, test } from "@playwright/test";
import { sharedPort } from "./support/post.ts";

/** A main-thread task of the page; durations in milliseconds of processor time, whatever else the machine does. */
interface Task {
  readonly ms: number;
}

async function trace(session: CDPSession, milliseconds: number): Promise<readonly Task[]> {
  const events: {
    name: string;
    ph: string;
    tdur?: number;
    tid: number;
    pid: number;
    args?: { name?: string };
  }[] = [];
  session.on(
    "Tracing.dataCollected",
    ({ value }) => void events.push(...(value as unknown as typeof events)),
  );
  const complete = new Promise<void>((resolve) => session.once("Tracing.tracingComplete", () => resolve()));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel", "devtools.timeline", "__metadata"] },
  });
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  await session.send("Tracing.end");
  await complete;
  const main = new Set(
    events
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid}/${tid}`),
  );
  return events
    .filter(({ name, ph, pid, tid }) => name.endsWith("RunTask") && ph === "X" && main.has(`${pid}/${tid}`))
    .map(({ tdur = 0 }) => ({ ms: tdur / 1000 }));
}

test("the map of the 27 states, another state on every link each second, takes no frame over 50 ms", async ({
  browser,
}) => {
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
  const page = await context.newPage();
  await page.goto(`http://localhost:${sharedPort()}/design/map`);
  const main = page.locator("[data-tick]");
  await expect(main).toBeVisible({ timeout: 30_000 });
  expect(Number(await main.getAttribute("data-links"))).toBeGreaterThan(500);
  // Programs are compiled and the coasts drawn before what is measured.
  await expect.poll(async () => Number(await main.getAttribute("data-tick"))).toBeGreaterThan(5);
  const tasks = await trace(await context.newCDPSession(page), 12_000);
  const longest = tasks.map(({ ms }) => ms).sort((a, b) => b - a);
  const shown = longest.slice(0, 12).map((ms) => ms.toFixed(1));
  test
    .info()
    .annotations.push({ type: "longest tasks, ms of processor time", description: shown.join(", ") });
  console.log(`longest main-thread tasks, ms of processor time: ${shown.join(", ")} (of ${tasks.length})`);
  expect(tasks.length).toBeGreaterThan(50);
  expect(longest[0]).toBeLessThan(50);
  await context.close();
});
