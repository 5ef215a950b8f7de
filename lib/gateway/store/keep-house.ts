import type { CommitQueue } from "../../shared/database/commit-queue.ts";

/** Copies and records stay this long, unless they are acknowledged. */
const retentionMs = 30 * 24 * 60 * 60 * 1000;
const everyMs = 60 * 60 * 1000;

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

/** A round an hour; one that fails is made up for by the next. Returns the function that ends them. */
export function startGatewayHousekeeping(
  queue: CommitQueue,
  now: () => number,
  log: (error: unknown) => void,
): () => void {
  const timer = setInterval(() => void removeExpired(queue, now()).catch(log), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
