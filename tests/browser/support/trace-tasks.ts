import type { CDPSession } from "@playwright/test";

/** A main-thread task of the page; durations in milliseconds of processor time, whatever else the machine does. */
export interface Task {
  readonly ms: number;
}

/** What a page's main thread does from now on. */
export async function traceTasks(session: CDPSession, milliseconds: number): Promise<readonly Task[]> {
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
