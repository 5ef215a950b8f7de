import type { CDPSession, Page } from "@playwright/test";

/** JavaScript heap of the page and of its workers after a collection, in megabytes. */
export async function heapMegabytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const workers: string[] = [];
  session.on("Target.attachedToTarget", ({ sessionId }) => workers.push(sessionId));
  await session.send("Target.setAutoAttach", {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  let bytes = usedSize;
  for (const worker of workers) {
    await ask(session, worker, "HeapProfiler.collectGarbage");
    bytes += (await ask<{ usedSize: number }>(session, worker, "Runtime.getHeapUsage")).usedSize;
  }
  return bytes / 1e6;
}

let asked = 0;

/** A question to a worker, wrapped in messages of the page's session. */
function ask<T>(session: CDPSession, sessionId: string, method: string): Promise<T> {
  const id = ++asked;
  return new Promise((resolve) => {
    const hear = (event: { readonly sessionId: string; readonly message: string }) => {
      const answer = JSON.parse(event.message) as { id?: number; result: T };
      if (event.sessionId !== sessionId || answer.id !== id) return;
      session.off("Target.receivedMessageFromTarget", hear);
      resolve(answer.result);
    };
    session.on("Target.receivedMessageFromTarget", hear);
    void session.send("Target.sendMessageToTarget", { sessionId, message: JSON.stringify({ id, method }) });
  });
}
