import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "../../shared/database/database.ts";
import { lockFolder } from "../../shared/database/folder-lock.ts";
import { openPglite } from "../../shared/database/open-pglite.ts";
import { VernamError } from "../../shared/errors.ts";
import { SiteSigningKeys } from "../ledger/site-signing-keys.ts";
import type { KeysCliOptions } from "./keys-cli-options.ts";

/**
 * Runs `work` on the embedded database of a stopped key network.
 * @throws DatabaseError "database.folder-locked" while the key network runs: then its own screens do the same.
 */
export async function withStoredLedger<Result>(
  { dataFolder }: KeysCliOptions,
  command: string,
  work: (database: Database, keys: SiteSigningKeys) => Promise<Result>,
): Promise<Result> {
  const folder = join(dataFolder, "db");
  if (!existsSync(folder)) {
    throw new VernamError("keys-cli.no-database", `There is no key database in ${dataFolder}.`, {
      nextStep: "Name the folder of the deployment with DATA_DIR.",
    });
  }
  const lock = lockFolder(dataFolder, `keys ${command}`);
  try {
    const database = await openPglite(folder);
    try {
      return await work(database, SiteSigningKeys.open(join(dataFolder, "pki"), []));
    } finally {
      await database.close();
    }
  } finally {
    lock.release();
  }
}
