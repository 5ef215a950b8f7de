import type { BalanceView } from "../api-types.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { type LedgerCounts, unaccounted } from "../ledger/link-accounts.ts";
import type { LinkEndCounts, LinkNetwork } from "../link-types.ts";

const columns = [
  "generated",
  "relayed",
  "supplied",
  "authentication",
  "expired",
  "discarded",
  "lostAtRestart",
] as const satisfies readonly (keyof LedgerCounts)[];

/**
 * Three counts of every link: by end a, by end b, by the ledger's rows. What is stored is measured in the pools, so
 * that a byte missing anywhere shows as a balance that is not zero. Synchronous: all three are of one moment.
 */
export function viewBalances(network: LinkNetwork, ledger: Ledger): BalanceView[] {
  return network.pools().map(({ linkId }) => {
    const { a, b } = network.counts(linkId);
    const counted = ledger.accounts.countsWithPending(linkId);
    const balance = unaccounted(counted) - a.stored;
    const agree = a.stored === b.stored && [a, b].every((end) => sameUses(end, counted));
    return { link: linkId, a, b, ledger: { ...counted, stored: a.stored }, balance, agree };
  });
}

function sameUses(end: LinkEndCounts, ledger: LedgerCounts): boolean {
  return columns.every((column) => end[column] === ledger[column]);
}
