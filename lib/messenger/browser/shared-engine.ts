import { toHex } from "../../shared/hex.ts";
import { timeUuid } from "../../shared/uuid.ts";
import type { MessengerApi, MessengerEvents, MessengerOptions } from "../messenger-api.ts";
import { type ApiMethod, answerCall, fromWireError, type WireAnswer } from "./api-calls.ts";

/** A lock that one tab of a profile holds; `navigator.locks` in browsers. */
export interface TabLocks {
  /** Waits for the lock, then runs `whileHeld`; the lock is free again when that settles or the tab is gone. */
  hold(name: string, signal: AbortSignal, whileHeld: () => Promise<void>): Promise<void>;
}

export interface TabChannel {
  postMessage(message: TabMessage): void;
  onmessage: ((event: { data: TabMessage }) => void) | null;
  close(): void;
}

export type TabMessage =
  | { readonly type: "leader" }
  | {
      readonly type: "call";
      readonly from: string;
      readonly id: number;
      readonly user: string;
      readonly method: string;
      readonly args: readonly unknown[];
    }
  | { readonly type: "answer"; readonly to: string; readonly id: number; readonly answer: WireAnswer }
  | { readonly type: "event"; readonly event: MessengerEvents };

export interface SharedEngineParts {
  readonly locks: TabLocks;
  openChannel(name: string): TabChannel;
  /** Makes the engine; called once, when this tab comes to hold the lock. */
  createEngine(options: MessengerOptions): Promise<MessengerApi>;
}

interface OpenCall {
  readonly method: ApiMethod;
  readonly args: readonly unknown[];
  readonly settle: (answer: WireAnswer) => void;
}

/**
 * One engine for all tabs of a profile. The tab that holds the lock runs it; calls of the others go to it by
 * BroadcastChannel. When it closes, the next tab gets the lock, starts an engine of its own on the same store, and
 * repeats the calls that were not answered. Repeating is safe: "send" carries its message id from the start.
 */
export class SharedEngine {
  readonly #parts: SharedEngineParts;
  readonly #tab = toHex(crypto.getRandomValues(new Uint8Array(8)));
  readonly #calls = new Map<number, OpenCall>();
  readonly #listeners = new Set<(event: MessengerEvents) => void>();
  readonly #stopped = new AbortController();
  #options: MessengerOptions | undefined;
  #channel: TabChannel | undefined;
  #engine: MessengerApi | undefined;
  #letGo: (() => void) | undefined;
  #lock: Promise<void> | undefined;
  #nextCall = 1;

  constructor(parts: SharedEngineParts) {
    this.#parts = parts;
  }

  /** Returns once this tab either leads or has asked who does. */
  start(options: MessengerOptions): void {
    if (this.#options) return;
    this.#options = options;
    const name = `vernam-${options.profile}`;
    const channel = this.#parts.openChannel(name);
    channel.onmessage = ({ data }) => this.#receive(data);
    this.#channel = channel;
    this.#lock = this.#parts.locks
      .hold(name, this.#stopped.signal, () => this.#lead(options))
      .catch(() => undefined);
  }

  subscribe(listener: (event: MessengerEvents) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async call(method: ApiMethod, args: readonly unknown[]): Promise<unknown> {
    const settled = method === "send" || method === "sendFile" ? withMessageId(args) : args;
    const answer = await new Promise<WireAnswer>((settle) => {
      const id = this.#nextCall++;
      this.#calls.set(id, { method, args: settled, settle });
      this.#dispatch(id);
    });
    if ("error" in answer) throw fromWireError(answer.error);
    if (method === "self" && answer.result !== null)
      return { ...(answer.result as object), leader: this.leads };
    return answer.result;
  }

  get leads(): boolean {
    return this.#engine !== undefined;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#letGo?.();
    await this.#lock;
    this.#channel?.close();
    this.#calls.clear();
  }

  async #lead(options: MessengerOptions): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    const released = new Promise<void>((resolve) => {
      this.#letGo = resolve;
    });
    const engine = await this.#parts.createEngine(options);
    engine.subscribe((event) => this.#announce(event));
    await engine.start(options);
    this.#engine = engine;
    this.#channel?.postMessage({ type: "leader" });
    for (const id of this.#calls.keys()) this.#dispatch(id);
    this.#announce({ type: "state" });
    await released;
    this.#engine = undefined;
    await engine.stop();
  }

  #dispatch(id: number): void {
    const call = this.#calls.get(id);
    if (!call || !this.#options) return;
    if (this.#engine) {
      void answerCall(this.#engine, call.method, call.args).then((answer) => this.#settle(id, answer));
      return;
    }
    const { method, args } = call;
    this.#channel?.postMessage({
      type: "call",
      from: this.#tab,
      id,
      user: this.#options.user.id,
      method,
      args,
    });
  }

  #settle(id: number, answer: WireAnswer): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    call?.settle(answer);
  }

  #announce(event: MessengerEvents): void {
    this.#channel?.postMessage({ type: "event", event });
    for (const listener of this.#listeners) listener(event);
  }

  #receive(message: TabMessage): void {
    if (message.type === "leader" && !this.#engine) for (const id of this.#calls.keys()) this.#dispatch(id);
    if (message.type === "answer" && message.to === this.#tab) this.#settle(message.id, message.answer);
    if (message.type === "event" && !this.#engine)
      for (const listener of this.#listeners) listener(message.event);
    if (message.type === "call" && this.#engine) void this.#serve(this.#engine, message);
  }

  async #serve(engine: MessengerApi, call: TabMessage & { type: "call" }): Promise<void> {
    const answer =
      call.user === this.#options?.user.id
        ? await answerCall(engine, call.method, call.args)
        : otherUser(call.method, this.#options?.user.name ?? "");
    this.#channel?.postMessage({ type: "answer", to: call.from, id: call.id, answer });
  }
}

/** `send(conversation, text, suite, level, id)`, and `sendFile` alike: the id makes a repeated call the same message. */
function withMessageId(args: readonly unknown[]): readonly unknown[] {
  const [conversation, text, suite, level = 0, id = toHex(timeUuid(Date.now()))] = args;
  return [conversation, text, suite, level, id];
}

function otherUser(method: string, holder: string): WireAnswer {
  if (method === "state") return { result: { phase: "other-user", holder } };
  return {
    error: {
      code: "enrol.other-user",
      message: "another person's messenger is open in this browser profile",
      nextStep: "Use this post's own address, or a private window.",
    },
  };
}
