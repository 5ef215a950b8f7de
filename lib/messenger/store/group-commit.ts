import type { MessengerError } from "../messenger-error.ts";
import type { StoreWrite } from "./device-store.ts";

/** Longest time that a write which needs no answer waits for others to go with, ms. */
const lazyMs = 100;
/** Longest pause between two flushes, ms. */
const longestPause = 4;

interface Waiting {
  readonly writes: readonly StoreWrite[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommitOptions {
  /** Makes all writes durable, or none. Each row comes once, with its last value. */
  readonly write: (writes: readonly StoreWrite[]) => Promise<void>;
  /** What a failed write is called. */
  readonly failure: (cause: unknown) => MessengerError;
  /** Resolves when this turn of the event loop is over: what came in it shares one flush. */
  readonly turn: () => Promise<void>;
}

/**
 * Group commit of a device store: commits that come in one turn of the event loop, or while the disk is busy, become
 * durable together. Flushes in a row rest as long as each took, so that a busy moment's commits share fewer of them; a
 * lone commit does not wait. After a failure nothing more is written.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #lazy: ReturnType<typeof setTimeout> | undefined;
  #restUntil = 0;
  #ended: MessengerError | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** @throws MessengerError once the store is closed or a write failed. */
  check(): void {
    if (this.#ended) throw this.#ended;
  }

  get closed(): boolean {
    return this.#ended?.code === "store.closed";
  }

  add(writes: readonly StoreWrite[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writes, resolve, reject });
      this.#run();
    });
  }

  /** Goes with the next commit, or alone after a moment. */
  addLazily(writes: readonly StoreWrite[]): void {
    this.#waiting.push({ writes, resolve: nothing, reject: nothing });
    this.#lazy ??= setTimeout(() => this.#run(), lazyMs);
  }

  /** Writes what is waiting; every later commit is refused with `reason`. */
  async close(reason: MessengerError): Promise<void> {
    if (this.#waiting.length > 0) this.#run();
    await this.#running;
    clearTimeout(this.#lazy);
    if (!this.closed) this.#ended = reason;
  }

  #run(): void {
    this.#running ??= this.#flushAll();
  }

  async #flushAll(): Promise<void> {
    await this.#options.turn();
    while (this.#waiting.length > 0) {
      const rest = this.#restUntil - performance.now();
      if (rest >= 1) await new Promise((resolve) => setTimeout(resolve, rest));
      clearTimeout(this.#lazy);
      this.#lazy = undefined;
      const batch = this.#waiting;
      this.#waiting = [];
      const began = performance.now();
      try {
        await this.#options.write(lastWrites(batch));
      } catch (cause) {
        this.#fail(cause, batch);
        break;
      }
      for (const { resolve } of batch) resolve();
      const ended = performance.now();
      this.#restUntil = ended + Math.min(longestPause, ended - began);
    }
    this.#running = undefined;
  }

  #fail(cause: unknown, batch: readonly Waiting[]): void {
    const failure = this.#options.failure(cause);
    this.#ended = failure;
    const lost = [...batch, ...this.#waiting];
    this.#waiting = [];
    for (const { reject } of lost) reject(failure);
  }
}

/** The last write of each row of a batch: the others would be overwritten by it at once. */
function lastWrites(batch: readonly Waiting[]): readonly StoreWrite[] {
  const [only] = batch;
  if (batch.length === 1 && only) return only.writes;
  const rows = new Map<string, StoreWrite>();
  for (const { writes } of batch) for (const write of writes) rows.set(`${write.table}/${write.key}`, write);
  return [...rows.values()];
}

function nothing(): void {}
