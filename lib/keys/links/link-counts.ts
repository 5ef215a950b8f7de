import type { LinkEndCounts, LinkKeyPurpose } from "../link-types.ts";

export type MutableCounts = { -readonly [name in keyof LinkEndCounts]: number };

export const noCounts: LinkEndCounts = {
  generated: 0,
  relayed: 0,
  supplied: 0,
  authentication: 0,
  expired: 0,
  discarded: 0,
  lostAtRestart: 0,
  stored: 0,
};

const purposes: readonly LinkKeyPurpose[] = ["relayed", "supplied", "authentication", "expired", "discarded"];

/** What left the pool for any reason, in bytes; `stored` is not part of it. */
export function leftPool(counts: LinkEndCounts): number {
  let sum = counts.lostAtRestart;
  for (const purpose of purposes) sum += counts[purpose];
  return sum;
}

/** Zero when every byte that was generated is accounted for. */
export function balanceOf(counts: LinkEndCounts): number {
  return counts.generated - leftPool(counts) - counts.stored;
}
