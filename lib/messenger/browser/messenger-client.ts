import type { MessengerApi, MessengerEvents } from "../messenger-api.ts";
import { apiMethods, fromWireError, type WireAnswer } from "./api-calls.ts";
import type { FromWorker, ToWorker } from "./worker.ts";

/** The messenger in this page's worker. */
export interface BrowserMessenger extends MessengerApi {
  /** Addresses of the scripts that the worker runs. */
  scripts(): Promise<readonly string[]>;
}

/** A worker that waits for the first client of the page. */
let spare: Worker | undefined;

function makeWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "messenger" });
}

/** Lets the browser fetch and read the worker's program before it is known whose messages it will hold. */
export function warmMessenger(): void {
  if (typeof window === "undefined" || typeof Worker === "undefined" || spare !== undefined) return;
  const worker = makeWorker();
  worker.addEventListener("error", () => {
    if (spare === worker) spare = undefined;
  });
  spare = worker;
}

/**
 * The messenger as a page sees it: every call goes to the worker that holds engine, keys and history, and comes
 * back as a promise. One client per page and profile; `stop` ends the worker.
 */
export function createMessengerClient(): BrowserMessenger {
  const worker = spare ?? makeWorker();
  spare = undefined;
  const open = new Map<number, (answer: WireAnswer) => void>();
  const listeners = new Set<(event: MessengerEvents) => void>();
  let next = 1;

  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if ("event" in data) {
      for (const listener of listeners) listener(data.event);
      return;
    }
    open.get(data.id)?.(data);
    open.delete(data.id);
  };
  worker.onerror = () => {
    const error = {
      code: "messenger.worker-failed",
      message: "the messenger stopped",
      nextStep: "Reload the page.",
    };
    for (const settle of open.values()) settle({ error });
    open.clear();
  };

  async function call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    const answer = await new Promise<WireAnswer>((settle) => {
      const id = next++;
      open.set(id, settle);
      worker.postMessage({ id, method, args } satisfies ToWorker);
    });
    if ("error" in answer) throw fromWireError(answer.error);
    return answer.result;
  }

  const calls = Object.fromEntries(
    [...apiMethods, "start"].map((method) => [
      method,
      (...args: readonly unknown[]) => call(method, ...args),
    ]),
  ) as unknown as Omit<MessengerApi, "stop" | "subscribe">;
  return {
    ...calls,
    scripts: async () => (await call("scripts")) as readonly string[],
    async stop() {
      await call("stop");
      worker.terminate();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
