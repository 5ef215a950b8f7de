import type { LinkEndCounts } from "../link-types.ts";
import type { LinkLedger, UseRow } from "../links/link-network-types.ts";
import type { Ledger, LinkLedgerRow } from "./ledger.ts";

/**
 * The ledger as the links see it. A block's row is in the chain of the link's first end; where the two ends count a
 * block differently the row says so and the first end's count is posted, so that the balance shows it.
 * @param siteOf the link's end `a`.
 */
export function createLinkLedger(ledger: Ledger, siteOf: (link: string) => string): LinkLedger {
  const known = new Set(ledger.accounts.links());
  return {
    initialCounts(link) {
      if (!known.has(link)) return undefined;
      const counts: LinkEndCounts = { ...ledger.accounts.counts(link), stored: 0 };
      return { a: counts, b: { ...counts } };
    },
    async acceptBlock({ link, at, offset, bytes, report }) {
      const detail = {
        offset,
        qber: report.qber,
        secretBits: report.secretBits,
        epsilonExponent: report.epsilonExponent,
        ...(bytes.a === bytes.b ? {} : { otherEnd: bytes.b }),
      };
      const row = { link, site: siteOf(link), at, kind: "block", bytes: { generated: bytes.a }, detail };
      await ledger.recordGenerated([row]);
    },
    async acceptUse(use) {
      await ledger.recordGenerated([rowOfUse(use, siteOf(use.link))]);
    },
    async acceptLosses(rows) {
      await ledger.recordGenerated(
        rows.map(({ link, at, bytes }) => ({
          link,
          site: siteOf(link),
          at,
          kind: "lost",
          bytes: { lostAtRestart: bytes.a },
          ...(bytes.a === bytes.b ? {} : { detail: { otherEnd: bytes.b } }),
        })),
      );
    },
  };
}

function rowOfUse({ link, at, purpose, offset, bytes }: UseRow, site: string): LinkLedgerRow {
  return { link, site, at, kind: "use", bytes: { [purpose]: bytes }, detail: { purpose, offset } };
}
