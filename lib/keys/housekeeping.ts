import type { CommitQueue } from "../shared/database/commit-queue.ts";
import type { Database } from "../shared/database/database.ts";
import type { KeyStore } from "./kme/key-store.ts";
import type { RelayDesk } from "./kme/relay-desk.ts";
import type { WrappingKeys } from "./kme/wrapping-keys.ts";
import type { ChainWitness } from "./ledger/chain-witness.ts";
import type { Consumption } from "./ledger/consumption.ts";
import type { KeyMetrics } from "./metrics/key-metrics.ts";

export interface Household {
  readonly database: Database;
  readonly commits: CommitQueue;
  readonly desk: RelayDesk;
  readonly store: KeyStore;
  readonly wrapping: WrappingKeys;
  readonly witness: ChainWitness;
  readonly consumption: Consumption;
  readonly metrics: Pick<KeyMetrics, "noteExpired">;
  /** Whose chain records that wrapping keys were erased: they serve all sites of this process. */
  readonly hostSite: string;
  readonly now: () => number;
}

const vacuumEvery = 10;
/** A gateway asks again for what it collected and lost within seconds of its start. */
const handedMs = 10 * 60_000;

/**
 * What has to be done from time to time: settle burned key that could not be ledgered, expire waiting keys, erase
 * wrapping keys, exchange the heads of the ledger, store statistics. Answers the function that does one round.
 */
export function createHousekeeping(household: Household): (options?: { idleMs?: number }) => Promise<void> {
  const { database, commits, desk, store, wrapping, witness, consumption, metrics, hostSite, now } =
    household;
  const startedAt = now();
  let rounds = 0;
  return async ({ idleMs = 60_000 } = {}) => {
    await desk.settleOwed();
    for (let expired = 1; expired > 0; ) {
      expired = await store.expire(now());
      metrics.noteExpired(expired);
    }
    // Not before this start is as old: what an earlier one left is asked for after it.
    if (now() - startedAt > handedMs) await store.forgetHanded(now() - handedMs);
    await store.eraseWrappingKeys(wrapping, hostSite, now() - idleMs, now());
    await witness.publish(now());
    await commits.run((client) => consumption.flush(client, now()));
    // The embedded database has nobody else who would reclaim the room of collected keys.
    if (database.kind === "pglite" && ++rounds % vacuumEvery === 0)
      await database.exec("VACUUM waiting_keys, handed_keys");
  };
}

/**
 * Runs `round` every `everyMs`; 0: never. Rounds never overlap, and a round that fails is tried again at the next.
 * Returns the function that stops and waits for a round under way.
 */
export function repeat(
  round: () => Promise<void>,
  everyMs: number,
  log: (error: unknown) => void = () => {},
): () => Promise<void> {
  if (everyMs === 0) return async () => {};
  let current: Promise<void> | undefined;
  const timer = setInterval(() => {
    current ??= round()
      .catch(log)
      .finally(() => {
        current = undefined;
      });
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await current;
  };
}
