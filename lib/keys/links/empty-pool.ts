import type { LinkPool } from "../link-types.ts";
import type { LinkLedger } from "./link-network-types.ts";

/**
 * Throws away what a pool has for others: at both ends, zeroed once the ledger has it as discarded.
 * @param at ms UTC.
 * @returns the bytes gone; 0 when there were none.
 */
export async function emptyPool(pool: LinkPool, ledger: LinkLedger, at: number): Promise<number> {
  const reservation = pool.availableBytes > 0 ? pool.reserve(pool.availableBytes, "discarded") : undefined;
  if (reservation === undefined) return 0;
  const keys = [pool.end(pool.a).take(reservation), pool.end(pool.b).take(reservation)];
  try {
    await ledger.acceptUse({ link: pool.linkId, at, purpose: "discarded", ...reservation });
  } finally {
    for (const key of keys) key.destroy();
  }
  return reservation.bytes;
}
