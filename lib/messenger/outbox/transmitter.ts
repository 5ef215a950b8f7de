import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { RelayRefused } from "../relay/relay-refused.ts";
import type { StoreWrite } from "../store/device-store.ts";
import { itemWrite, type OutboxItem } from "./outbox-item.ts";
import type { OutboxLines } from "./outbox-lines.ts";
import { advance } from "./outbox-state.ts";

const retryAfter = 1000;

/** Brings bound ciphertexts to the relay: always the same bytes, until it acknowledges or refuses them. */
export class Transmitter {
  readonly #parts: EngineParts;
  readonly #lines: OutboxLines;
  readonly #carried: (conversation: Conversation, seq: number) => void;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  /** Ciphertexts that the disk does not have yet: nothing of them leaves, whatever happens. */
  readonly #unstored = new Set<OutboxItem>();
  #stopped = false;

  /** `carried`: the relay answered that it has an entry under this number. */
  constructor(
    parts: EngineParts,
    lines: OutboxLines,
    carried: (conversation: Conversation, seq: number) => void,
  ) {
    this.#parts = parts;
    this.#carried = carried;
    this.#lines = lines;
  }

  /** Commits leave the bind lock before the disk has them, in their order; nothing is sent before. */
  storeThenSend(item: OutboxItem, writes: readonly StoreWrite[]): void {
    this.#unstored.add(item);
    this.#parts.store.commit(writes).then(() => {
      this.#unstored.delete(item);
      void this.#send(item);
    }, this.#parts.fail);
    this.#announce(item);
  }

  /** What is bound goes out, again where the relay was away, in the order of binding. */
  sendAll(conversation?: string): void {
    for (const item of this.#lines.bound(conversation))
      if (item.state.phase === "bound") void this.#send(item);
  }

  acknowledged(item: OutboxItem, seq: number): void {
    if (item.state.phase === "acked") return;
    item.state = advance(item.state, { type: "acked", seq });
    this.#lines.remove(item);
    // Losing this row's removal in a crash only sends the same bytes again.
    this.#parts.store.commitLazily([{ table: "outbox", key: item.id, value: null }]);
    this.#announce(item);
    // The log may show a start that another connection sent: what waited for it goes now.
    if (item.kind === "epoch") this.sendAll(item.conversation.id);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #send(item: OutboxItem): Promise<void> {
    const { relay } = this.#parts;
    if (this.#stopped || !relay.connected || item.state.phase !== "bound" || !item.bytes) return;
    if (this.#unstored.has(item)) return;
    // A receiver that sees a message before its epoch's start could only call the start missing.
    if (item.kind === "envelope" && this.#lines.startWaits(item.conversation.id)) return;
    item.state = advance(item.state, { type: "sent" });
    const { id: clientId, kind, bytes, conversation } = item;
    const asked = relay.ask("entry:send", { conversation: conversation.id, clientId, kind, bytes });
    // What waited for this start goes in the same turn: a message stored a moment later must not pass it.
    if (kind === "epoch") this.sendAll(conversation.id);
    try {
      const { seq } = await asked;
      this.acknowledged(item, seq);
      this.#carried(conversation, seq);
    } catch (error) {
      item.state = advance(item.state, { type: "connection-lost" });
      if (this.#stopped || item.state.phase !== "bound") return;
      if (error instanceof RelayRefused && !error.passing) await this.#refused(item, item.state.hash, error);
      else this.#sendLater(item, error instanceof RelayRefused ? error.retryAfterMs : undefined);
    }
  }

  #sendLater(item: OutboxItem, delay = retryAfter): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#send(item);
    }, delay);
    this.#timers.add(timer);
  }

  async #refused(item: OutboxItem, hash: string, error: RelayRefused): Promise<void> {
    this.#lines.leaveBound(item, hash);
    const { code, message: reason } = error;
    item.state = advance(item.state, { type: "refused", code, reason, nextStep: "Write the message again." });
    await this.#parts.store.commit([itemWrite(item)]).catch(this.#parts.fail);
    this.#announce(item);
    if (item.kind === "epoch") this.sendAll(item.conversation.id);
  }

  #announce({ conversation }: OutboxItem): void {
    this.#parts.announce({ type: "messages", conversation: conversation.id });
  }
}
