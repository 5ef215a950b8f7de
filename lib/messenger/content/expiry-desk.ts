import type { EngineParts } from "../engine/engine-parts.ts";
import type { StoreWrite } from "../store/device-store.ts";
import { type TimedRow, timedRow } from "./content-rows.ts";

/** The longest a platform's timer waits. */
const longestWait = 2 ** 31 - 1;

/** Messages that disappear: how long each has, since when, and the moment to erase it. Also after a restart. */
export class ExpiryDesk {
  readonly #parts: EngineParts;
  readonly #erase: (keys: readonly string[]) => Promise<void>;
  /** By key of the message row. */
  readonly #rows = new Map<string, TimedRow>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** `erase` removes the messages with these row keys, and their rows here with them. */
  constructor(parts: EngineParts, erase: (keys: readonly string[]) => Promise<void>) {
    this.#parts = parts;
    this.#erase = erase;
  }

  /** Erases at once what was due while this device was off. */
  async load(): Promise<void> {
    for (const { key, value } of await this.#parts.store.range("timed", { prefix: "" }))
      this.#rows.set(key, timedRow.decode(value));
    await this.#sweep();
  }

  of(key: string): TimedRow | undefined {
    return this.#rows.get(key);
  }

  /** A message with a timer; `running` from now on: it was read, or written here. */
  add(key: string, seconds: number, running: boolean): StoreWrite {
    const known = this.#rows.get(key);
    const expiresAt = known?.expiresAt ?? (running ? this.#parts.now() + seconds * 1000 : undefined);
    const row = expiresAt === undefined ? { seconds } : { seconds, expiresAt };
    this.#rows.set(key, row);
    this.#schedule();
    return { table: "timed", key, value: timedRow.encode(row) };
  }

  /** A timer that came late does not hold for this message any more. */
  drop(key: string): StoreWrite {
    this.#rows.delete(key);
    return { table: "timed", key, value: null };
  }

  /** Everything of a conversation that is here was read now. */
  read(conversation: string): readonly StoreWrite[] {
    const writes: StoreWrite[] = [];
    for (const [key, { seconds, expiresAt }] of this.#rows)
      if (expiresAt === undefined && key.startsWith(`${conversation}/`))
        writes.push(this.add(key, seconds, true));
    return writes;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    let next = Number.POSITIVE_INFINITY;
    for (const { expiresAt } of this.#rows.values()) next = Math.min(next, expiresAt ?? next);
    if (!Number.isFinite(next)) return;
    const wait = Math.min(Math.max(next - this.#parts.now(), 0), longestWait);
    this.#timer = setTimeout(() => void this.#sweep().catch(this.#parts.fail), wait);
  }

  async #sweep(): Promise<void> {
    const now = this.#parts.now();
    const due = [...this.#rows].filter(([, { expiresAt }]) => expiresAt !== undefined && expiresAt <= now);
    for (const [key] of due) this.#rows.delete(key);
    if (due.length > 0 && !this.#stopped) await this.#erase(due.map(([key]) => key));
    this.#schedule();
  }
}
