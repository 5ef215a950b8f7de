import type { Ledger } from "../keys/ledger/ledger.ts";
import type { CommitQueue } from "../shared/database/commit-queue.ts";
import type { GatewaysOptions } from "./gateways.ts";

/** Enters what happens to devices and notices in the site's log; resolves when it is durable. */
export function recordInLedger(
  commits: CommitQueue,
  ledger: Ledger,
  now: () => number,
): GatewaysOptions["record"] {
  return (site, event, detail) =>
    commits.run(async () => {
      ledger.append(site, now(), event, detail);
    });
}
