import { toHex } from "../../shared/hex.ts";
import { csvCells, csvColumns, headerLine, rowLine } from "./export-format.ts";
import type { ChainHead } from "./ledger.ts";
import type { LedgerSource } from "./ledger-source.ts";
import type { SiteSigningKeys } from "./site-signing-keys.ts";

export type ExportFormat = "jsonl" | "csv";

export interface LedgerExport {
  readonly source: LedgerSource;
  /** The chains' ends; rows behind them are left out, so that the signed heads fit. */
  readonly heads: ReadonlyMap<string, ChainHead>;
  readonly keys: SiteSigningKeys;
  readonly format: ExportFormat;
  /** Only this site's chain; heads of it that others hold are then not in the file. */
  readonly site?: string;
  readonly now: number;
}

/**
 * The ledger as text, in pieces. JSON Lines can be verified alone: its first line has the sites' public keys and a
 * head of every chain, signed now. CSV (RFC 4180) is for reading.
 */
export async function* exportLedger(wanted: LedgerExport): AsyncGenerator<string> {
  const { source, heads, format, site } = wanted;
  const sites = [...heads.keys()].filter((name) => site === undefined || name === site).sort();
  yield format === "csv" ? csvLine(csvColumns) : `${headerLine(headerOf(wanted, sites))}\n`;
  for (const name of sites) {
    const length = heads.get(name)?.length ?? 0;
    for await (const row of source.rows(name)) {
      if (row.index >= length) break;
      yield format === "csv" ? csvLine(csvCells(row)) : `${rowLine(row)}\n`;
    }
  }
}

function headerOf({ heads, keys, now, site: only }: LedgerExport, sites: readonly string[]) {
  return {
    format: "vernam-ledger/1" as const,
    exportedAt: now,
    ...(only === undefined ? {} : { only }),
    keys: keys.publicKeys(sites),
    heads: sites.map((site) => {
      const { length, hash } = heads.get(site) as ChainHead;
      return { site, length, hash: toHex(hash), signature: toHex(keys.signHead(site, length, hash)) };
    }),
  };
}

/** Cells that a spreadsheet would take for a formula get an apostrophe in front. */
function csvLine(cells: readonly (string | number)[]): string {
  const texts = cells.map((cell) => {
    if (typeof cell === "number") return String(cell);
    const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${texts.join(",")}\r\n`;
}
