import type { Database, SqlClient } from "./database.ts";
import { DatabaseError } from "./database-error.ts";

/** What one item of a batch came to: a value, or the error its caller gets while the rest of the batch commits. */
export type Outcome<T> = { readonly value: T } | { readonly error: Error };

/** Takes part in every commit, e.g. a hash chain whose heads move only with the commit. */
export interface CommitParticipant {
  /** Before the first statement. */
  begin?(): void;
  /** After the last item's statements, in the same transaction. */
  finish?(client: SqlClient): Promise<void>;
  /** After the commit, or after the rollback. Must not throw. */
  settled?(committed: boolean): void;
}

interface Kind {
  /** Waits for other work to share a commit with. */
  readonly patient: boolean;
  readonly apply: (client: SqlClient, items: readonly unknown[]) => Promise<readonly Outcome<unknown>[]>;
}

interface Entry {
  readonly kind: Kind;
  readonly item: unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const largestBatch = 1000;
/** Longest rest between two commits, ms. */
const longestRest = 3;
/** How long patient work waits for a commit that it can share, ms. */
const patience = 25;

/**
 * Group commit. Work submitted while a commit is under way shares the next one, and commits in a row rest for half of
 * their own time, so that a busy moment's work shares fewer of them; lone work does not wait, unless it is patient. Each
 * kind of work gets all its items at once, so that it can write them with one multi-row statement. A caller's promise
 * settles after the commit.
 * When a batch fails, its entries are tried again one by one, so that one caller's failure does not become another's:
 * work must therefore touch nothing but the client it is given (and participants).
 */
export class CommitQueue {
  readonly #database: Database;
  readonly #participants: CommitParticipant[] = [];
  readonly #single: (item: (client: SqlClient) => Promise<unknown>) => Promise<unknown>;
  #waiting: Entry[] = [];
  #pump: Promise<void> | undefined;
  #closed = false;
  /** How many of those waiting are not patient. */
  #urgent = 0;
  #hurry: (() => void) | undefined;
  /** No commit begins before this moment of the steady clock, ms. */
  #restUntil = 0;

  constructor(database: Database) {
    this.#database = database;
    this.#single = this.kind(async (client, works: readonly ((client: SqlClient) => Promise<unknown>)[]) => {
      const outcomes: Outcome<unknown>[] = [];
      for (const work of works) outcomes.push({ value: await work(client) });
      return outcomes;
    });
  }

  join(participant: CommitParticipant): void {
    this.#participants.push(participant);
  }

  /**
   * Declares a kind of work and returns the function that submits one item of it.
   * `apply` gets every waiting item of this kind in order of submission and answers one outcome for each.
   * @param options.patient for work that nobody is held up by: it calls for no commit of its own for 25 ms.
   */
  kind<Item, Result>(
    apply: (client: SqlClient, items: readonly Item[]) => Promise<readonly Outcome<Result>[]>,
    options: { readonly patient?: boolean } = {},
  ): (item: Item) => Promise<Result> {
    const kind = { apply, patient: options.patient === true } as unknown as Kind;
    return (item) =>
      new Promise<Result>((resolve, reject) => {
        if (this.#closed) {
          reject(new DatabaseError("database.closed", "The database is closing; nothing more is written."));
          return;
        }
        this.#waiting.push({ kind, item, resolve: resolve as (value: unknown) => void, reject });
        if (!kind.patient) {
          this.#urgent++;
          this.#hurry?.();
        }
        this.#pump ??= this.#run();
      });
  }

  /** One piece of work in the next commit. */
  run<T>(work: (client: SqlClient) => Promise<T>): Promise<T> {
    return this.#single(work) as Promise<T>;
  }

  /** Refuses further work and resolves when all accepted work has settled. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#hurry?.();
    await this.#pump;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (this.#urgent === 0 && !this.#closed) await this.#urgency();
      // Requests that arrive in this turn of the event loop still join.
      await new Promise((resolve) => setImmediate(resolve));
      const rest = this.#restUntil - performance.now();
      if (rest >= 1 && !this.#closed) await new Promise((resolve) => setTimeout(resolve, rest));
      const began = performance.now();
      const batch = this.#waiting.splice(0, largestBatch);
      for (const { kind } of batch) if (!kind.patient) this.#urgent--;
      await this.#commitOrSplit(batch);
      const ended = performance.now();
      this.#restUntil = ended + Math.min(longestRest, (ended - began) / 2);
    }
    this.#pump = undefined;
  }

  /** Until work arrives that does not wait, or patience ends. */
  #urgency(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#hurry = undefined;
        resolve();
      };
      const timer = setTimeout(done, patience);
      this.#hurry = done;
    });
  }

  async #commitOrSplit(batch: readonly Entry[]): Promise<void> {
    try {
      const outcomes = await this.#commit(batch);
      for (const [i, entry] of batch.entries()) settle(entry, outcomes[i]);
    } catch (error) {
      const [only] = batch;
      if (batch.length === 1 && only !== undefined) only.reject(error);
      else for (const entry of batch) await this.#commitOrSplit([entry]);
    }
  }

  async #commit(batch: readonly Entry[]): Promise<(Outcome<unknown> | undefined)[]> {
    let committed = false;
    try {
      const outcomes = await this.#database.transaction(async (client) => {
        for (const participant of this.#participants) participant.begin?.();
        const found = await applyByKind(client, batch);
        for (const participant of this.#participants) await participant.finish?.(client);
        return found;
      });
      committed = true;
      return outcomes;
    } finally {
      for (const participant of this.#participants) participant.settled?.(committed);
    }
  }
}

async function applyByKind(
  client: SqlClient,
  batch: readonly Entry[],
): Promise<(Outcome<unknown> | undefined)[]> {
  const places = new Map<Kind, number[]>();
  for (const [i, entry] of batch.entries()) {
    const found = places.get(entry.kind);
    if (found === undefined) places.set(entry.kind, [i]);
    else found.push(i);
  }
  const outcomes = new Array<Outcome<unknown> | undefined>(batch.length);
  for (const [kind, indexes] of places) {
    const results = await kind.apply(
      client,
      indexes.map((i) => batch[i]?.item),
    );
    for (const [k, i] of indexes.entries()) outcomes[i] = results[k];
  }
  return outcomes;
}

function settle(entry: Entry, outcome: Outcome<unknown> | undefined): void {
  if (outcome === undefined) entry.reject(new Error("a commit kind answered fewer outcomes than items"));
  else if ("error" in outcome) entry.reject(outcome.error);
  else entry.resolve(outcome.value);
}
