import type { MessengerEvents } from "../messenger-api.ts";

const coalesceMs = 15;

/** Tells listeners what changed; equal news within a moment is told once. */
export class EventHub {
  readonly #listeners = new Set<(event: MessengerEvents) => void>();
  readonly #pending = new Map<string, MessengerEvents>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  subscribe(listener: (event: MessengerEvents) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  announce(event: MessengerEvents): void {
    if (this.#listeners.size === 0) return;
    this.#pending.set(`${event.type} ${event.conversation ?? ""} ${event.user ?? ""}`, event);
    this.#timer ??= setTimeout(() => this.flush(), coalesceMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = [...this.#pending.values()];
    this.#pending.clear();
    for (const event of events) for (const listener of this.#listeners) listener(event);
  }
}
