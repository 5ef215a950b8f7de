import type { OperationsEvents } from "../../keys/api-types.ts";
import { loadRuntimeConfig } from "../runtime-config.ts";
import {
  type OperationsClient,
  type OperationsListener,
  OperationsProblem,
  type OperationsQuery,
  readProblem,
} from "./operations-client.ts";
import { EventStreamParser } from "./parse-event-stream.ts";
import { TokenCache } from "./token-cache.ts";

const firstWait = 1000;
const longestWait = 15_000;
/** The stream says something at least every 15 s; longer silence is a dead connection. */
const silence = 45_000;

/** The operations face over HTTP at the gateway's own origin, with a token of the signed-in person. */
export function createLiveOperations(): OperationsClient {
  const tokens = new TokenCache();

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const { gatewayOrigin } = await loadRuntimeConfig().catch(() => {
      throw new OperationsProblem("unreachable", "web.unreachable", "the server cannot be reached");
    });
    for (let attempt = 0; ; attempt++) {
      const token = await tokens.token();
      let answer: Response;
      try {
        answer = await fetch(`${gatewayOrigin}${path}`, {
          ...init,
          cache: "no-store",
          credentials: "omit",
          headers: { ...init.headers, authorization: `Bearer ${token}` },
        });
      } catch (cause) {
        if (init.signal?.aborted) throw cause;
        throw new OperationsProblem(
          "unreachable",
          "gateway.unreachable",
          "the key network cannot be reached",
        );
      }
      if (answer.ok) return answer;
      if (answer.status !== 401 || attempt > 0) throw await readProblem(answer);
      tokens.forget();
    }
  }

  return {
    async read<T>(path: string, query: OperationsQuery = {}): Promise<T> {
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(query))
        for (const one of Array.isArray(value) ? value : [value])
          if (one !== undefined) search.append(name, String(one));
      const answer = await request(search.size > 0 ? `${path}?${search}` : path);
      return (await answer.json()) as T;
    },
    async download(path, query) {
      const answer = await request(`${path}?${new URLSearchParams(query)}`);
      return answer.blob();
    },
    async command(signed) {
      await request("/ops/commands", {
        method: "POST",
        headers: { "content-type": "application/cbor" },
        body: signed,
      });
    },
    follow(listener, signal) {
      void followForEver(request, listener, signal);
    },
  };
}

async function followForEver(
  request: (path: string, init: RequestInit) => Promise<Response>,
  listener: OperationsListener,
  signal: AbortSignal,
): Promise<void> {
  let wait = firstWait;
  while (!signal.aborted) {
    listener.phase("connecting");
    try {
      await followOnce(request, listener, signal, () => {
        wait = firstWait;
      });
    } catch {
      // Whatever ended the stream, it is opened again below.
    }
    if (signal.aborted) return;
    listener.phase("closed");
    await pause(wait, signal);
    wait = Math.min(wait * 2, longestWait);
  }
}

async function followOnce(
  request: (path: string, init: RequestInit) => Promise<Response>,
  listener: OperationsListener,
  signal: AbortSignal,
  opened: () => void,
): Promise<void> {
  const ended = new AbortController();
  const stop = () => ended.abort();
  signal.addEventListener("abort", stop);
  let watchdog = setTimeout(stop, silence);
  try {
    const answer = await request("/ops/events", {
      signal: ended.signal,
      headers: { accept: "text/event-stream" },
    });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!reader) return;
    listener.phase("open");
    opened();
    const parser = new EventStreamParser();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(watchdog);
      watchdog = setTimeout(stop, silence);
      for (const { event, data } of parser.push(value)) deliver(listener, event, data);
    }
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener("abort", stop);
    ended.abort();
  }
}

function deliver(listener: OperationsListener, event: string, data: string): void {
  if (event !== "links" && event !== "overview" && event !== "alarm" && event !== "relay") return;
  try {
    listener.event(event, JSON.parse(data) as OperationsEvents[typeof event]);
  } catch {
    // One broken event does not end the stream.
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
