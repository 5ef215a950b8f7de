import type { ExposureView } from "../api-types.ts";
import { type ExposureQuestion, findExposure } from "../ledger/find-exposure.ts";
import { databaseSource } from "../ledger/ledger-source.ts";
import type { KeysCliOptions } from "./keys-cli-options.ts";
import { withStoredLedger } from "./open-stored-ledger.ts";
import { openLedgerFile } from "./verify-stored-ledger.ts";

/** Prints what the nodes can rebuild, from the stored ledger or an exported file. @returns 0. */
export async function printExposure(
  options: KeysCliOptions,
  question: ExposureQuestion,
  path: string | undefined,
): Promise<number> {
  const view =
    path === undefined
      ? await withStoredLedger(options, "exposure", (database) =>
          findExposure(databaseSource(database), question),
        )
      : await findExposure(await openLedgerFile(path), question);
  printView(options, view);
  return 0;
}

function printView({ print }: KeysCliOptions, { nodes, exposed, keys, known }: ExposureView): void {
  print(`${nodes.join(" and ")} can rebuild ${exposed} of ${keys} keys`);
  for (const { keyId, at, masterSite, slaveSites } of known)
    print(`${keyId}  ${new Date(at).toISOString()}  ${masterSite} to ${slaveSites.join(", ")}`);
  if (known.length < exposed) print(`and ${exposed - known.length} older ones`);
}
