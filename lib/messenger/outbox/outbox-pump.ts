import { epochSuiteOf, usesPad } from "../../protocol/suites.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { fromHex } from "../../shared/hex.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import type { StoreWrite } from "../store/device-store.ts";
import { bindMessage } from "./bind-message.ts";
import type { KeySupply } from "./key-supply.ts";
import type { OutboxItem } from "./outbox-item.ts";
import type { OutboxLines } from "./outbox-lines.ts";
import { queued } from "./outbox-state.ts";
import type { SendingEpochs } from "./sending-epochs.ts";
import type { Transmitter } from "./transmitter.ts";

/** Draws under way at once per conversation: hides the way to the gateway, bounds keys lost in a crash. */
const drawsAtOnce = 8;

export interface OutboxPumpOptions {
  readonly parts: EngineParts;
  readonly lines: OutboxLines;
  readonly epochs: SendingEpochs;
  readonly supply: KeySupply;
  readonly transmitter: Transmitter;
  /** What is stored with a message's ciphertext besides its own rows. */
  readonly bound: (item: OutboxItem, hash: Bytes) => readonly StoreWrite[];
}

/** Moves each conversation's messages on: asks for their keys side by side, and binds them one at a time. */
export class OutboxPump {
  readonly #parts: EngineParts;
  readonly #options: OutboxPumpOptions;
  readonly #pumping = new Set<string>();
  readonly #binding = new Set<string>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #stopped = false;

  constructor(options: OutboxPumpOptions) {
    this.#options = options;
    this.#parts = options.parts;
  }

  /** Does whatever can be done in a conversation; call it on any news. Calls in one turn are one. */
  pump(conversation: Conversation): void {
    if (this.#pumping.has(conversation.id)) return;
    this.#pumping.add(conversation.id);
    queueMicrotask(() => {
      this.#pumping.delete(conversation.id);
      this.#pumpNow(conversation);
    });
  }

  #pumpNow(conversation: Conversation): void {
    if (this.#stopped) return;
    const line = this.#options.lines.open(conversation.id);
    const { self } = this.#parts;
    if (line.length === 0 || !conversation.device(self.device) || !conversation.hasListener(self.user))
      return;
    const now = this.#parts.now();
    let drawing = 0;
    let retryAt = Number.POSITIVE_INFINITY;
    for (const item of line) {
      const { state } = item;
      if (state.phase === "drawing") drawing++;
      if (drawing >= drawsAtOnce && usesPad(item.suite)) break;
      if (state.phase !== "queued" || item.held) continue;
      if (state.waiting && (state.waiting.retryAt === null || state.waiting.retryAt > now)) {
        retryAt = Math.min(retryAt, state.waiting.retryAt ?? retryAt);
        continue;
      }
      if (usesPad(item.suite)) drawing++;
      this.#options.supply.supply(item);
    }
    if (Number.isFinite(retryAt)) this.#pumpLater(conversation, retryAt - now);
    void this.#bindReady(conversation);
  }

  /** Binds what has its key, oldest first; a message whose key is being drawn holds back the ones after it. */
  async #bindReady(conversation: Conversation): Promise<void> {
    if (this.#binding.has(conversation.id)) return;
    this.#binding.add(conversation.id);
    try {
      for (;;) {
        const item = this.#nextReady(conversation);
        if (!item || this.#stopped) break;
        await this.#parts.bindLock.run(() => this.#bind(item));
      }
    } catch (error) {
      this.#parts.fail(error);
    } finally {
      this.#binding.delete(conversation.id);
    }
  }

  #nextReady(conversation: Conversation): OutboxItem | undefined {
    for (const item of this.#options.lines.open(conversation.id)) {
      const { state } = item;
      if (item.held) continue;
      if (state.phase === "drawn") return item;
      if (state.phase === "drawing" || (state.phase === "queued" && !state.waiting)) return undefined;
    }
    return undefined;
  }

  /**
   * Under the device's lock. A key whose membership is not the present one any more binds nothing; a pad whose epoch
   * ended waits for the next one.
   */
  async #bind(item: OutboxItem): Promise<void> {
    const { conversation, drawn } = item;
    const { roster } = conversation;
    if (item.state.phase !== "drawn" || !roster || this.#stopped) return;
    const epochSuite = epochSuiteOf(item.suite);
    const only = item.resends?.recipient;
    const epochReady =
      epochSuite === undefined || this.#options.epochs.isOpen(conversation, epochSuite, only);
    const padReady =
      !usesPad(item.suite) || (drawn && equalBytes(drawn.record.value.rosterHead, roster.head)) === true;
    if (!epochReady || !padReady) {
      if (!padReady) this.#options.supply.dropKey(item);
      item.state = queued;
      this.pump(conversation);
      return;
    }
    item.binding = true;
    item.drawn = undefined;
    const epoch =
      epochSuite === undefined ? undefined : this.#options.epochs.take(conversation, epochSuite, only);
    const key = { drawn, epoch };
    const { hash, writes } = await bindMessage(this.#parts, item, roster, key);
    this.#options.lines.becameBound(item, hash);
    const more = item.resends ? [] : this.#options.bound(item, fromHex(hash));
    this.#options.transmitter.storeThenSend(item, [...writes, ...more]);
  }

  #pumpLater(conversation: Conversation, delay: number): void {
    clearTimeout(this.#timers.get(conversation.id));
    const timer = setTimeout(() => this.pump(conversation), Math.max(delay, 1));
    this.#timers.set(conversation.id, timer);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }
}
