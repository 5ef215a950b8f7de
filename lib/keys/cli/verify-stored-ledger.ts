import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { VernamError } from "../../shared/errors.ts";
import type { VerifyView } from "../api-types.ts";
import { readWitnessedHeads } from "../ledger/chain-witness.ts";
import { type ExportedLedger, fingerprintOf, readExportedLedger } from "../ledger/exported-ledger.ts";
import { databaseSource } from "../ledger/ledger-source.ts";
import { verifyChains } from "../ledger/verify-chains.ts";
import type { KeysCliOptions } from "./keys-cli-options.ts";
import { withStoredLedger } from "./open-stored-ledger.ts";

/**
 * Verifies the ledger in the embedded database of a stopped key network.
 * @returns 0 when the chains hold, 1 when one is broken.
 */
export async function verifyStoredLedger(options: KeysCliOptions, site: string | undefined): Promise<number> {
  return withStoredLedger(options, "verify", async (database, keys) => {
    const source = databaseSource(database);
    const all = await source.sites();
    const sites = site === undefined ? all : [site];
    const heads = await readWitnessedHeads(database);
    const result = await verifyChains(source, sites, heads, (head) =>
      keys.verifyHead(head.site, head.length, head.hash, head.signature),
    );
    return report(options, result, sites.length, fingerprintOf(keys.publicKeys(all)));
  });
}

/** Verifies an exported ledger by the file alone. @returns 0 when the chains hold, 1 when one is broken. */
export async function verifyLedgerFile(options: KeysCliOptions, path: string): Promise<number> {
  const ledger = await openLedgerFile(path);
  const sites = await ledger.sites();
  const result = await verifyChains(ledger, sites, ledger.heads, (head) => ledger.verifySignature(head));
  return report(options, result, sites.length, ledger.keysFingerprint);
}

/** @throws VernamError when the file cannot be read. */
export async function openLedgerFile(path: string): Promise<ExportedLedger> {
  const input = createReadStream(path, "utf8");
  try {
    return await readExportedLedger(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }));
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    throw new VernamError("keys-cli.no-file", `The file ${path} cannot be read.`, {
      nextStep: "Name a file that `keys export` or the administration wrote.",
    });
  } finally {
    input.destroy();
  }
}

function report({ print }: KeysCliOptions, result: VerifyView, chains: number, fingerprint: string): number {
  print(`${result.checked} rows of ${chains} chains: ${result.verdict}`);
  if (result.witnesses.length > 0) print(`heads held by ${result.witnesses.join(", ")}`);
  print(`sites' keys: ${fingerprint}`);
  if (result.brokenAt !== null) {
    print(`broken at row ${result.brokenAt.index} of ${result.brokenAt.site}: ${result.brokenAt.reason}`);
  }
  return result.ok ? 0 : 1;
}
