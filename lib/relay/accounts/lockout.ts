import { createHash } from "node:crypto";
import type { Bytes } from "../../shared/bytes.ts";
import { copyBytes } from "../../shared/bytes.ts";
import type { Database } from "../../shared/database/database.ts";

export const freeFailures = 5;
const firstDelayMs = 30_000;
const longestDelayMs = 3_600_000;
const forgetAfterMs = 24 * 3_600_000;

/** How long sign-in stays closed after `failures` failures in a row, in ms: 30 s, 1 min, 2 min … one hour. */
export function lockDelayMs(failures: number): number {
  if (failures < freeFailures) return 0;
  return Math.min(firstDelayMs * 2 ** Math.min(failures - freeFailures, 20), longestDelayMs);
}

/**
 * Counts failed sign-ins of a handle, known or not. An attempt is counted *before* the password is looked at and
 * taken back when it was right: many guesses at once cannot slip past the count, nor can a killed process forget one.
 */
export class Lockout {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Counts one attempt. False: the handle is locked, do not look at the password. */
  async begin(handle: string, now: number): Promise<boolean> {
    return this.#database.transaction(async (client) => {
      const key = keyOf(handle);
      await client.query("DELETE FROM sign_in_failures WHERE last_at < $1::timestamptz", [
        new Date(now - forgetAfterMs).toISOString(),
      ]);
      await client.query(
        `INSERT INTO sign_in_failures (handle_hash, failures, locked_until, last_at)
         VALUES ($1, 0, 'epoch', $2::timestamptz) ON CONFLICT DO NOTHING`,
        [key, new Date(now).toISOString()],
      );
      const rows = await client.query<{ failures: number; locked: number }>(
        `SELECT failures, (extract(epoch FROM locked_until) * 1000)::float8 AS locked
         FROM sign_in_failures WHERE handle_hash = $1 FOR UPDATE`,
        [key],
      );
      const row = rows[0];
      if (row === undefined || row.locked > now) return false;
      const failures = row.failures + 1;
      await client.query(
        `UPDATE sign_in_failures SET failures = $2, locked_until = $3::timestamptz, last_at = $4::timestamptz
         WHERE handle_hash = $1`,
        [key, failures, new Date(now + lockDelayMs(failures)).toISOString(), new Date(now).toISOString()],
      );
      return true;
    });
  }

  /** The password was right: the count starts again. */
  async succeed(handle: string): Promise<void> {
    await this.#database.query("DELETE FROM sign_in_failures WHERE handle_hash = $1", [keyOf(handle)]);
  }
}

function keyOf(handle: string): Bytes {
  return copyBytes(createHash("sha256").update(`vernam/1 sign-in ${handle}`).digest());
}
