import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Database } from "../../shared/database/database.ts";
import { type ExportFormat, exportLedger } from "../ledger/export-ledger.ts";
import type { ChainHead } from "../ledger/ledger.ts";
import { databaseSource } from "../ledger/ledger-source.ts";
import type { KeysCliOptions } from "./keys-cli-options.ts";
import { withStoredLedger } from "./open-stored-ledger.ts";

/** Writes the ledger of a stopped key network to a file, readable by its owner alone. @returns 0. */
export async function exportStoredLedger(
  options: KeysCliOptions,
  wanted: { readonly path: string; readonly format: ExportFormat; readonly site?: string },
): Promise<number> {
  return withStoredLedger(options, "export", async (database, keys) => {
    const text = exportLedger({
      source: databaseSource(database),
      heads: await storedHeads(database),
      keys,
      format: wanted.format,
      ...(wanted.site === undefined ? {} : { site: wanted.site }),
      now: options.now(),
    });
    await pipeline(Readable.from(text), createWriteStream(wanted.path, { mode: 0o600 }));
    options.print(`written to ${wanted.path}`);
    return 0;
  });
}

async function storedHeads(database: Database): Promise<Map<string, ChainHead>> {
  const rows = await database.query<{ site: string; index: number; hash: Uint8Array }>(
    `SELECT DISTINCT ON (site) site, "index", hash FROM ledger_rows ORDER BY site, "index" DESC`,
  );
  return new Map(rows.map(({ site, index, hash }) => [site, { length: index + 1, hash }]));
}
