import { createHash } from "node:crypto";
import { decode, encode } from "cborg";

/** What a row says. Names, counts and hashes; never key bytes. */
export type LedgerDetail = Readonly<
  Record<string, string | number | boolean | null | readonly string[] | readonly number[]>
>;

export interface LedgerRow {
  readonly site: string;
  /** Position in the site's chain, from 0. */
  readonly index: number;
  readonly at: number;
  readonly kind: string;
  /** Canonical bytes of all the other columns and the detail. */
  readonly body: Uint8Array;
  /** SHA-512(hash of the row before, body), 64 bytes. */
  readonly hash: Uint8Array;
}

const format = 1;
/** What the first row of every chain is chained to. */
export const chainStart = new Uint8Array(64);

/**
 * Deterministic CBOR (RFC 8949 §4.2) of [format, site, index, at, kind, detail]. Names of the detail are texts, which the
 * library's usual order puts as the standard does, at half the time of its own order for keys of any type.
 */
export function encodeRowBody(
  row: Pick<LedgerRow, "site" | "index" | "at" | "kind">,
  detail: LedgerDetail,
): Uint8Array {
  return encode([format, row.site, row.index, row.at, row.kind, detail]);
}

/** @throws Error when the bytes are no row body. */
export function decodeRowBody(body: Uint8Array): Omit<LedgerRow, "body" | "hash"> & { detail: LedgerDetail } {
  const parts: unknown = decode(body);
  if (!Array.isArray(parts) || parts.length !== 6 || parts[0] !== format) throw new Error("not a ledger row");
  const [, site, index, at, kind, detail] = parts as [number, string, number, number, string, LedgerDetail];
  return { site, index, at, kind, detail };
}

export function chainHash(before: Uint8Array, body: Uint8Array): Uint8Array {
  return createHash("sha512").update(before).update(body).digest();
}
