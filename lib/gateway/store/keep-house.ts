import type { CommitQueue } from "../../shared/database/commit-queue.ts";
import type { Database } from "../../shared/database/database.ts";

/** Copies and records stay this long, unless they are acknowledged. */
const retentionMs = 30 * 24 * 60 * 60 * 1000;
const everyMs = 60 * 60 * 1000;
const reclaimEveryMs = 10 * 60 * 1000;

/**
 * Removes what nobody can ask for any more: copies and received records after 30 days, sealing contexts without
 * copies, voids and revocations whose time is over. The spent register and the requests of draws stay for ever.
 */
export async function removeExpired(queue: CommitQueue, now: number): Promise<void> {
  const old = now - retentionMs;
  await queue.run(async (client) => {
    await client.query(`DELETE FROM "gateway_copy" WHERE "created_at" < $1`, [old]);
    await client.query(`DELETE FROM "gateway_record" WHERE "drawn_at" < $1 AND "request" IS NULL`, [old]);
    await client.query(
      `UPDATE "gateway_record" SET "record" = NULL WHERE "drawn_at" < $1 AND "record" IS NOT NULL`,
      [old],
    );
    // A context of the last day may still be in use.
    await client.query(
      `DELETE FROM "gateway_sealing_context" AS s WHERE s."created_at" < $1 AND NOT EXISTS
         (SELECT 1 FROM "gateway_copy" AS c WHERE c."site" = s."site" AND c."context" = s."context")`,
      [now - 24 * everyMs],
    );
    await client.query(`DELETE FROM "gateway_void" WHERE "expiry" < $1`, [now]);
  });
}

/** Makes the room of delivered copies and notices usable again: the embedded database has nobody else who would. */
export async function reclaimRoom(database: Database): Promise<void> {
  if (database.kind === "pglite") await database.exec(`VACUUM "gateway_copy", "gateway_outbox"`);
}

/** A round an hour; one that fails is made up for by the next. Returns the function that ends them. */
export function startGatewayHousekeeping(
  database: Database,
  queue: CommitQueue,
  now: () => number,
  log: (error: unknown) => void,
): () => void {
  const timers = [
    setInterval(() => void removeExpired(queue, now()).catch(log), everyMs),
    setInterval(() => void reclaimRoom(database).catch(log), reclaimEveryMs),
  ];
  for (const timer of timers) timer.unref();
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}
