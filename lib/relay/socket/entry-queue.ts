import type { Database } from "../../shared/database/database.ts";
import { relayLimits } from "../limits.ts";
import { RelayError } from "../relay-error.ts";
import { type AppendOutcome, appendEntries, type PendingEntry } from "../store/append-entries.ts";
import type { Audience } from "../store/audience.ts";

const batchEntries = 256;
const batchBytes = 8 * 1024 * 1024;
/** Longest pause between two transactions, ms. */
const longestPause = 6;

interface Waiting {
  readonly entry: PendingEntry;
  readonly resolve: (seq: number) => void;
  readonly reject: (error: unknown) => void;
}

export interface CommittedEntry {
  readonly entry: PendingEntry;
  readonly seq: number;
  readonly audience: Audience;
}

/** Entries of one transaction, those of a conversation in the order of their numbers. */
export type Committed = (entries: readonly CommittedEntry[]) => void;

/**
 * Group commit: while one transaction runs, the next entries gather and then share the following one. Transactions
 * in a row take half of the time at most, so that the entries of a busy moment share fewer of them; a lone entry
 * does not wait. Promises resolve after the commit, and before that `onCommitted` gets every entry that is new, once.
 */
export class EntryQueue {
  readonly #database: Database;
  readonly #onCommitted: Committed;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #running: Promise<void> | undefined;
  /** No transaction begins before this moment of the steady clock, ms. */
  #restUntil = 0;

  constructor(database: Database, onCommitted: Committed) {
    this.#database = database;
    this.#onCommitted = onCommitted;
  }

  /**
   * The entry's sequence number, after the commit.
   * @throws RelayError "entry.conflict", "conversation.unknown", "relay.signed-out", "relay.unavailable".
   */
  add(entry: PendingEntry): Promise<number> {
    const full =
      this.#waiting.length >= relayLimits.queueEntries ||
      this.#bytes + entry.bytes.length > relayLimits.queueBytes;
    if (full) return Promise.reject(unavailable(undefined));
    this.#bytes += entry.bytes.length;
    return new Promise<number>((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when everything added so far is answered. */
  async drain(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // One turn of the event loop: what arrived in the same read of the sockets shares the transaction.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const rest = this.#restUntil - performance.now();
      if (rest >= 1) await new Promise((resolve) => setTimeout(resolve, rest));
      const began = performance.now();
      await this.#commit(this.#takeBatch());
      const ended = performance.now();
      this.#restUntil = ended + Math.min(longestPause, ended - began);
    }
    this.#running = undefined;
  }

  #takeBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { entry } of this.#waiting) {
      if (count > 0 && (count >= batchEntries || bytes + entry.bytes.length > batchBytes)) break;
      bytes += entry.bytes.length;
      count++;
    }
    this.#bytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    let outcomes: AppendOutcome[];
    try {
      outcomes = await appendEntries(
        this.#database,
        batch.map((waiting) => waiting.entry),
      );
    } catch (cause) {
      // Another process may have taken a clientId meanwhile: alone, each gets its own answer.
      if (batch.length > 1) for (const waiting of batch) await this.#commit([waiting]);
      else batch[0]?.reject(unavailable(cause));
      return;
    }
    const fresh: CommittedEntry[] = [];
    for (const [index, { entry }] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined || "refused" in outcome || !outcome.fresh) continue;
      fresh.push({ entry, seq: outcome.seq, audience: outcome.audience });
    }
    if (fresh.length > 0) this.#onCommitted(fresh);
    for (const [index, waiting] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) waiting.reject(unavailable(undefined));
      else if ("refused" in outcome) waiting.reject(outcome.refused);
      else waiting.resolve(outcome.seq);
    }
  }
}

function unavailable(cause: unknown): RelayError {
  return new RelayError("relay.unavailable", "The relay cannot store this now; nothing was stored.", {
    retryAfterMs: 1_000,
    cause,
  });
}
