import { MessengerError } from "../messenger-error.ts";
import type { OutboxItem } from "./outbox-item.ts";
import { tooLate } from "./outbox-state.ts";

const none: readonly OutboxItem[] = [];

/** The outbox in memory: per conversation what has no ciphertext yet, and what the relay has not acknowledged. */
export class OutboxLines {
  readonly #items = new Map<string, OutboxItem>();
  /** In the order of writing. */
  readonly #open = new Map<string, OutboxItem[]>();
  /** In the order of binding, by envelope hash. */
  readonly #bound = new Map<string, Map<string, OutboxItem>>();
  /** Starts of epochs that the relay has not acknowledged, by conversation. */
  readonly #starts = new Map<string, Set<OutboxItem>>();

  get all(): Iterable<OutboxItem> {
    return this.#items.values();
  }

  /** Per conversation, what has no ciphertext yet (or failed), in the order of writing. */
  get openLines(): Iterable<readonly OutboxItem[]> {
    return this.#open.values();
  }

  item(id: string): OutboxItem | undefined {
    return this.#items.get(id);
  }

  /** @throws MessengerError "outbox.unknown", "outbox.too-late" */
  changeable(id: string): OutboxItem {
    const item = this.#items.get(id);
    if (!item) throw new MessengerError("outbox.unknown", "the message is not in the outbox any more");
    if (item.binding && item.state.phase === "drawn") throw tooLate();
    return item;
  }

  open(conversation: string): readonly OutboxItem[] {
    return this.#open.get(conversation) ?? none;
  }

  /** Everything bound and not acknowledged, in the order of binding within each conversation. */
  *bound(conversation?: string): Generator<OutboxItem> {
    for (const [id, bound] of this.#bound)
      if (conversation === undefined || id === conversation) yield* [...bound.values()];
  }

  /** Whether the start of an epoch of this conversation is still to be sent: its messages go after it. */
  startWaits(conversation: string): boolean {
    const starts = this.#starts.get(conversation);
    if (!starts) return false;
    for (const { state } of starts) if (state.phase === "bound") return true;
    return false;
  }

  boundWith(conversation: string, hash: string): OutboxItem | undefined {
    return this.#bound.get(conversation)?.get(hash);
  }

  add(item: OutboxItem): void {
    this.#items.set(item.id, item);
    if (item.state.phase === "bound") this.#enterBound(item, item.state.hash);
    else {
      const line = this.#open.get(item.conversation.id);
      if (line) line.push(item);
      else this.#open.set(item.conversation.id, [item]);
    }
  }

  /** The item has its ciphertext now. */
  becameBound(item: OutboxItem, hash: string): void {
    this.#leaveOpen(item);
    this.#enterBound(item, hash);
  }

  /** The relay refused this ciphertext for good; the item stays, as failed. */
  leaveBound(item: OutboxItem, hash: string): void {
    this.#bound.get(item.conversation.id)?.delete(hash);
    if (item.kind !== "epoch") return;
    const starts = this.#starts.get(item.conversation.id);
    starts?.delete(item);
    if (starts?.size === 0) this.#starts.delete(item.conversation.id);
  }

  remove(item: OutboxItem): void {
    this.#items.delete(item.id);
    this.#leaveOpen(item);
    if (item.state.phase === "acked") this.leaveBound(item, item.state.hash);
  }

  #leaveOpen(item: OutboxItem): void {
    const line = this.#open.get(item.conversation.id);
    const index = line?.indexOf(item) ?? -1;
    if (line && index >= 0) line.splice(index, 1);
  }

  #enterBound(item: OutboxItem, hash: string): void {
    if (item.kind === "epoch") {
      const starts = this.#starts.get(item.conversation.id);
      if (starts) starts.add(item);
      else this.#starts.set(item.conversation.id, new Set([item]));
    }
    const bound = this.#bound.get(item.conversation.id);
    if (bound) bound.set(hash, item);
    else this.#bound.set(item.conversation.id, new Map([[hash, item]]));
  }
}
