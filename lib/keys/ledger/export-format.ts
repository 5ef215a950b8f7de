import { z } from "zod";
import { VernamError } from "../../shared/errors.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { decodeRowBody, encodeRowBody, type LedgerDetail, type LedgerRow } from "./ledger-row.ts";

/** A file that cannot be read as an exported ledger. */
export class LedgerExportError extends VernamError {
  constructor(message: string) {
    super("ledger.export-unreadable", message, { nextStep: "Export the ledger again and check that file." });
  }
}

/** A site's head at the moment of the export, signed by the site. */
interface SignedHead {
  readonly site: string;
  readonly length: number;
  readonly hash: string;
  readonly signature: string;
}

/** First line of a JSON Lines export: what is needed to check the rest. Keys: raw Ed25519, hex. */
export interface ExportHeader {
  readonly format: "vernam-ledger/1";
  readonly exportedAt: number;
  /** The one chain that is in the file; absent when all are. */
  readonly only?: string;
  readonly keys: Readonly<Record<string, string>>;
  readonly heads: readonly SignedHead[];
}

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
const headerSchema = z.object({
  format: z.literal("vernam-ledger/1"),
  exportedAt: z.int().nonnegative(),
  only: z.string().optional(),
  keys: z.record(z.string(), hex(32)),
  heads: z.array(
    z.object({ site: z.string(), length: z.int().nonnegative(), hash: hex(64), signature: hex(64) }),
  ),
});
const value = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string()),
  z.array(z.number()),
]);
const rowSchema = z.strictObject({
  site: z.string(),
  index: z.int().nonnegative(),
  at: z.int().nonnegative(),
  kind: z.string(),
  detail: z.record(z.string(), value),
  hash: hex(64),
});

export function headerLine(header: ExportHeader): string {
  return JSON.stringify(header);
}

/** @throws LedgerExportError. */
export function readHeader(line: string): ExportHeader {
  const parsed = headerSchema.safeParse(parseJson(line, 1));
  if (!parsed.success) throw new LedgerExportError("The first line is not the head of an exported ledger.");
  const { only, ...rest } = parsed.data;
  return only === undefined ? rest : { ...rest, only };
}

/** One row: names and counts as hashed, so that the hash can be made again from the line alone. */
export function rowLine(row: LedgerRow): string {
  const { detail } = decodeRowBody(row.body);
  return JSON.stringify({
    site: row.site,
    index: row.index,
    at: row.at,
    kind: row.kind,
    detail,
    hash: toHex(row.hash),
  });
}

/** @param number of the line, for the message. @throws LedgerExportError. */
export function readRow(line: string, number: number): LedgerRow {
  const parsed = rowSchema.safeParse(parseJson(line, number));
  if (!parsed.success) throw new LedgerExportError(`Line ${number} is not a row of a ledger.`);
  const { detail, hash, ...columns } = parsed.data;
  return { ...columns, body: encodeRowBody(columns, detail as LedgerDetail), hash: fromHex(hash) };
}

/** Column names of `csvCells`. */
export const csvColumns = ["site", "index", "at_utc", "kind", "detail", "hash"] as const;

export function csvCells(row: LedgerRow): readonly (string | number)[] {
  const { detail } = decodeRowBody(row.body);
  return [
    row.site,
    row.index,
    new Date(row.at).toISOString(),
    row.kind,
    JSON.stringify(detail),
    toHex(row.hash),
  ];
}

function parseJson(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new LedgerExportError(`Line ${number} is not JSON.`);
  }
}
