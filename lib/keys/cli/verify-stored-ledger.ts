import { existsSync } from "node:fs";
import { join } from "node:path";
import { lockFolder } from "../../shared/database/folder-lock.ts";
import { openPglite } from "../../shared/database/open-pglite.ts";
import { readWitnessedHeads } from "../ledger/chain-witness.ts";
import { SiteSigningKeys } from "../ledger/site-signing-keys.ts";
import { verifyChains } from "../ledger/verify-chains.ts";
import type { KeysCliOptions } from "./keys-cli-options.ts";

/**
 * Verifies the ledger in the embedded database of a stopped key network.
 * @returns 0 when the chains hold, 1 when one is broken.
 * @throws DatabaseError "database.folder-locked" while the key network runs: then its own screen verifies.
 */
export async function verifyStoredLedger(options: KeysCliOptions, site: string | undefined): Promise<number> {
  const { dataFolder, print } = options;
  const folder = join(dataFolder, "db");
  if (!existsSync(folder)) {
    print(`There is no key database in ${dataFolder}.`);
    return 1;
  }
  const lock = lockFolder(dataFolder, "keys verify");
  try {
    const database = await openPglite(folder);
    try {
      const keys = SiteSigningKeys.open(join(dataFolder, "pki"), []);
      const chains = await database.query<{ site: string }>(
        "SELECT DISTINCT site FROM ledger_rows ORDER BY site",
      );
      const sites = site === undefined ? chains.map((chain) => chain.site) : [site];
      const heads = await readWitnessedHeads(database);
      const result = await verifyChains(database, sites, heads, (head) =>
        keys.verifyHead(head.site, head.length, head.hash, head.signature),
      );
      print(`${result.checked} rows of ${sites.length} chains: ${result.verdict}`);
      if (result.witnesses.length > 0) print(`heads held by ${result.witnesses.join(", ")}`);
      if (result.brokenAt !== null) {
        print(`broken at row ${result.brokenAt.index} of ${result.brokenAt.site}: ${result.brokenAt.reason}`);
      }
      return result.ok ? 0 : 1;
    } finally {
      await database.close();
    }
  } finally {
    lock.release();
  }
}
