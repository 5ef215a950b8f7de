import { describe, expect, it } from "vitest";
import type { Ledger } from "../../../lib/keys/ledger/ledger.ts";
import type { LedgerCounts } from "../../../lib/keys/ledger/link-accounts.ts";
import type { LinkEndCounts, LinkNetwork } from "../../../lib/keys/link-types.ts";
import { viewBalances } from "../../../lib/keys/views/balances.ts";

const counted: LedgerCounts = {
  generated: 1000,
  relayed: 300,
  supplied: 100,
  authentication: 64,
  expired: 16,
  discarded: 8,
  lostAtRestart: 112,
};
const held: LinkEndCounts = { ...counted, stored: 400 };

function view(a: LinkEndCounts, b: LinkEndCounts, ledger: LedgerCounts) {
  const network = { pools: () => [{ linkId: "x~y" }], counts: () => ({ a, b }) } as unknown as LinkNetwork;
  const books = { accounts: { countsWithPending: () => ledger } } as unknown as Ledger;
  const [balance] = viewBalances(network, books);
  return { balance: balance!.balance, agree: balance!.agree };
}

describe("the balance of a link", () => {
  it("is zero, and all agree, where both ends and the ledger count alike", () => {
    expect(view(held, held, counted)).toEqual({ balance: 0, agree: true });
  });

  it.each(Object.keys(counted) as (keyof LedgerCounts)[])(
    "shows one byte of %s that only one of the three counted",
    (column) => {
      const more = <Counts extends LedgerCounts>(counts: Counts) => ({
        ...counts,
        [column]: counts[column] + 1,
      });
      expect(view(more(held), held, counted).agree).toBe(false);
      expect(view(held, more(held), counted).agree).toBe(false);
      expect(view(held, held, more(counted))).toEqual({
        balance: column === "generated" ? 1 : -1,
        agree: false,
      });
    },
  );

  it("shows a byte that is missing at one end, at the other, and at both", () => {
    const less = { ...held, stored: held.stored - 1 };
    expect(view(less, held, counted)).toEqual({ balance: 1, agree: false });
    expect(view(held, less, counted).agree).toBe(false);
    expect(view(less, less, counted).balance).toBe(1);
  });
});
