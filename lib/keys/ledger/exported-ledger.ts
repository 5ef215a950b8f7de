import { createHash } from "node:crypto";
import { fromHex } from "../../shared/hex.ts";
import { headOf } from "./chain-witness.ts";
import { type ExportHeader, LedgerExportError, readHeader, readRow } from "./export-format.ts";
import type { LedgerRow } from "./ledger-row.ts";
import type { LedgerSource } from "./ledger-source.ts";
import { verifyHeadWith } from "./site-signing-keys.ts";
import type { WitnessedHead } from "./witnessed-head.ts";

/** A ledger read from a JSON Lines export, with everything needed to check it. */
export interface ExportedLedger extends LedgerSource {
  readonly header: ExportHeader;
  /** Heads in the chains of others, and the signed end of every chain itself. */
  readonly heads: readonly WitnessedHead[];
  verifySignature(head: WitnessedHead): boolean;
  /** SHA-256 over the sites' public keys, hex: whoever checks a file compares it with what the network shows. */
  readonly keysFingerprint: string;
}

/** @throws LedgerExportError. */
export async function readExportedLedger(lines: AsyncIterable<string>): Promise<ExportedLedger> {
  let header: ExportHeader | undefined;
  let number = 0;
  const chains = new Map<string, LedgerRow[]>();
  for await (const line of lines) {
    number++;
    if (header === undefined) header = readHeader(line);
    else if (line !== "") {
      const row = readRow(line, number);
      const chain = chains.get(row.site);
      if (chain === undefined) chains.set(row.site, [row]);
      else chain.push(row);
    }
  }
  if (header === undefined) throw new LedgerExportError("The file is empty.");
  const { keys, only, exportedAt } = header;
  const held = headsIn(chains);
  const ended = new Set(header.heads.map(({ site }) => site));
  for (const site of [...ended, ...(only === undefined ? held.map((head) => head.site) : [])]) {
    if (!chains.has(site)) chains.set(site, []);
  }
  for (const site of chains.keys()) {
    if (!ended.has(site)) throw new LedgerExportError(`The file has no signed head of ${site}.`);
  }
  const ends = header.heads.map(({ site, length, hash, signature }) => ({
    site,
    witness: site,
    length,
    hash: fromHex(hash),
    signature: fromHex(signature),
    at: exportedAt,
  }));
  return {
    header,
    heads: [...ends, ...held],
    keysFingerprint: fingerprintOf(keys),
    sites: async () => [...chains.keys()].sort(),
    async *rows(site) {
      yield* chains.get(site) ?? [];
    },
    verifySignature: (head) => {
      const key = keys[head.site];
      return key !== undefined && verifyHeadWith(fromHex(key), head);
    },
  };
}

/** Of public keys by site, hex. */
export function fingerprintOf(keys: Readonly<Record<string, string>>): string {
  const list = Object.entries(keys)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([site, key]) => `${site} ${key}\n`);
  return createHash("sha256").update(list.join("")).digest("hex");
}

/** Heads of chains that are in the file; of others nothing can be said. */
function headsIn(chains: ReadonlyMap<string, readonly LedgerRow[]>): WitnessedHead[] {
  return [...chains.values()]
    .flat()
    .filter(({ kind }) => kind === "head")
    .map(({ body }) => headOf(body));
}
