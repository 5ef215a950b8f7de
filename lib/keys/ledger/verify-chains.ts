import { equalBytes } from "../../shared/bytes.ts";
import type { VerifyView } from "../api-types.ts";
import { chainHash, chainStart, decodeRowBody, type LedgerRow } from "./ledger-row.ts";
import type { LedgerSource } from "./ledger-source.ts";
import type { WitnessedHead } from "./witnessed-head.ts";

type Break = { readonly site: string; readonly index: number; readonly reason: string };

interface ChainResult {
  readonly checked: number;
  /** Rows that are not heads of other sites: with none there is nothing for others to hold. */
  readonly ownRows: number;
  readonly broken: Break | null;
}

/**
 * Recomputes the chains of `sites` from their rows and compares them with the signed heads other sites hold.
 * "witnessed" when every chain with rows agrees with at least one head held elsewhere, "internally consistent only"
 * when a chain was held by nobody, "broken" with the first fault otherwise.
 */
export async function verifyChains(
  source: LedgerSource,
  sites: readonly string[],
  heads: readonly WitnessedHead[],
  verifySignature: (head: WitnessedHead) => boolean,
): Promise<VerifyView> {
  let checked = 0;
  let unwitnessed = 0;
  const witnesses = new Set<string>();
  for (const site of sites) {
    const held = heads.filter((head) => head.site === site);
    const result = await verifyChain(source, site, held, verifySignature);
    checked += result.checked;
    if (result.broken !== null) {
      return { ok: false, checked, verdict: "broken", brokenAt: result.broken, witnesses: [...witnesses] };
    }
    const others = held.filter((head) => head.witness !== site);
    if (result.ownRows > 0 && others.length === 0) unwitnessed++;
    for (const head of others) witnesses.add(head.witness);
  }
  const verdict = unwitnessed === 0 && witnesses.size > 0 ? "witnessed" : "internally consistent only";
  return { ok: true, checked, verdict, brokenAt: null, witnesses: [...witnesses].sort() };
}

async function verifyChain(
  source: LedgerSource,
  site: string,
  held: readonly WitnessedHead[],
  verifySignature: (head: WitnessedHead) => boolean,
): Promise<ChainResult> {
  const heldByLength = groupByLength(held);
  let hash: Uint8Array = chainStart;
  let index = 0;
  let ownRows = 0;
  const broken = (at: number, reason: string) => ({
    checked: index,
    ownRows,
    broken: { site, index: at, reason },
  });
  for await (const row of source.rows(site)) {
    const reason = findFault(row, index, hash);
    if (reason !== undefined) return broken(index, reason);
    hash = row.hash;
    index++;
    if (row.kind !== "head") ownRows++;
    for (const head of heldByLength.get(index) ?? []) {
      const fault = findHeadFault(head, hash, verifySignature);
      if (fault !== undefined) return broken(index - 1, fault);
    }
  }
  const beyond = held.find((head) => head.length > index);
  if (beyond !== undefined) {
    const reason = `${beyond.witness} holds a head of ${beyond.length} rows, the chain has ${index}`;
    return broken(index, reason);
  }
  return { checked: index, ownRows, broken: null };
}

function groupByLength(heads: readonly WitnessedHead[]): Map<number, WitnessedHead[]> {
  const groups = new Map<number, WitnessedHead[]>();
  for (const head of heads) {
    const group = groups.get(head.length);
    if (group === undefined) groups.set(head.length, [head]);
    else group.push(head);
  }
  return groups;
}

function findFault(row: LedgerRow, index: number, before: Uint8Array): string | undefined {
  if (row.index !== index) return `row ${index} is missing`;
  if (!equalBytes(chainHash(before, row.body), row.hash)) return "the row does not match its hash";
  try {
    const body = decodeRowBody(row.body);
    const same =
      body.site === row.site && body.index === row.index && body.at === row.at && body.kind === row.kind;
    return same ? undefined : "the row's columns differ from what was hashed";
  } catch {
    return "the row cannot be read";
  }
}

function findHeadFault(
  head: WitnessedHead,
  hash: Uint8Array,
  verifySignature: (head: WitnessedHead) => boolean,
): string | undefined {
  if (!verifySignature(head)) return `the head held by ${head.witness} has a bad signature`;
  return equalBytes(head.hash, hash) ? undefined : `differs from the head held by ${head.witness}`;
}
