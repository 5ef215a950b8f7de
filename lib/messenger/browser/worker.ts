import type { WebSocketLike } from "../gateway/web-socket.ts";
import type { MessengerApi, MessengerEvents, MessengerOptions } from "../messenger-api.ts";
import { MessengerEngine } from "../messenger-engine.ts";
import { type ApiMethod, apiMethods, toWireError, type WireAnswer } from "./api-calls.ts";
import { deviceLabel } from "./device-label.ts";
import { IndexedStore } from "./indexed-store.ts";
import { SharedEngine, type TabChannel } from "./shared-engine.ts";
import { createDeskTokenSource, createTokenSource } from "./token-source.ts";

/** The Web Worker: the whole engine, its keys and its cryptography live here and nowhere else in the page. */

export type ToWorker = { readonly id: number; readonly method: string; readonly args: readonly unknown[] };
export type FromWorker = ({ readonly id: number } & WireAnswer) | { readonly event: MessengerEvents };

interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

const scope = globalThis as unknown as WorkerScope;

const shared = new SharedEngine({
  locks: {
    hold: async (name, signal, whileHeld) => {
      await navigator.locks.request(name, { signal }, whileHeld);
    },
  },
  openChannel: (name) => new BroadcastChannel(name) as TabChannel,
  createEngine,
});

shared.subscribe((event) => scope.postMessage({ event }));

scope.onmessage = ({ data }) => {
  void answer(data).then((result) => scope.postMessage({ id: data.id, ...result }));
};

async function answer({ method, args }: ToWorker): Promise<WireAnswer> {
  try {
    if (method === "start") return { result: shared.start(args[0] as MessengerOptions) };
    if (method === "stop") return { result: await shared.stop() };
    if (method === "scripts") return { result: ownScripts() };
    if (!apiMethods.includes(method as ApiMethod)) throw new TypeError(`no call ${method}`);
    return { result: await shared.call(method as ApiMethod, args) };
  } catch (error) {
    return { error: toWireError(error) };
  }
}

/** What this worker was made of, for a start without a network. */
function ownScripts(): readonly string[] {
  return [location.href, ...performance.getEntriesByType("resource").map(({ name }) => name)];
}

async function createEngine(options: MessengerOptions): Promise<MessengerApi> {
  const origin = options.relayOrigin === "" ? location.origin : options.relayOrigin;
  return new MessengerEngine({
    openStore: () => IndexedStore.open(`vernam-${options.profile}`),
    identity: options.desk ? createDeskTokenSource(origin, options.desk) : createTokenSource(origin),
    openWebSocket: (url) => new WebSocket(url) as unknown as WebSocketLike,
    relayOrigin: origin,
    label: deviceLabel(navigator.userAgent),
  });
}
