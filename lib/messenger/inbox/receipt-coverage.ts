import { lengths, limits } from "../../protocol/limits.ts";
import { receiptKinds } from "../../protocol/receipt.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { ReceiptRow, TipRow } from "../engine/rows.ts";

/**
 * What a receipt's hashes mean. Per sender, the lowest named envelope covers everything before it, the others only
 * themselves: a receiver that misses message 7 names 6, 8 and 9. When even the first message is missing, 64 zero
 * bytes are among the hashes and every other hash covers only itself.
 */
export interface Position {
  readonly sequence: number;
  readonly hash: Bytes;
}

export const noReceipt: ReceiptRow = { delivered: 0, deliveredAlone: [], read: 0, readAlone: [] };

const aloneKept = 4096;
const nothingBefore: Bytes = new Uint8Array(lengths.hash);

/** A sender's tip after its envelope at this position was opened. */
export function tipAfter(tip: TipRow | undefined, opened: Position): TipRow {
  let { sequence, hash } = tip ?? { sequence: 0, hash: new Uint8Array(0) };
  let alone = [...(tip?.alone ?? []), opened].sort((a, b) => a.sequence - b.sequence);
  while (alone[0] && alone[0].sequence <= sequence + 1) {
    const next = alone[0];
    if (next.sequence === sequence + 1) ({ sequence, hash } = next);
    alone = alone.slice(1);
  }
  return { sequence, hash, alone: alone.slice(-(limits.frontier - 2)) };
}

/** The hashes of a receipt, at most 16; the senders heard of last when there are more. */
export function receiptFrontier(tips: readonly TipRow[]): readonly Bytes[] {
  const chosen = [...tips].reverse();
  const headless = chosen.some((tip) => tip.sequence === 0 && tip.alone.length > 0);
  const frontier: Bytes[] = headless ? [nothingBefore] : [];
  for (const tip of chosen) {
    const hashes = [...(tip.sequence > 0 ? [tip.hash] : []), ...tip.alone.map(({ hash }) => hash)];
    if (frontier.length + hashes.length > limits.frontier) continue;
    frontier.push(...hashes);
  }
  return frontier;
}

/** The row after a receipt that names these own envelopes; the same object when it tells nothing new. */
export function mergeCoverage(
  row: ReceiptRow,
  kind: number,
  positions: readonly Position[],
  aloneOnly: boolean,
): ReceiptRow {
  const sequences = positions.map(({ sequence }) => sequence).sort((a, b) => a - b);
  const upTo = aloneOnly ? 0 : (sequences[0] ?? 0);
  const delivered = covered(row.delivered, row.deliveredAlone, upTo, sequences);
  const read = kind === receiptKinds.read ? covered(row.read, row.readAlone, upTo, sequences) : undefined;
  const same =
    delivered.upTo === row.delivered &&
    delivered.alone.length === row.deliveredAlone.length &&
    (read === undefined || (read.upTo === row.read && read.alone.length === row.readAlone.length));
  if (same) return row;
  return {
    delivered: delivered.upTo,
    deliveredAlone: delivered.alone,
    read: read?.upTo ?? row.read,
    readAlone: read?.alone ?? row.readAlone,
  };
}

function covered(before: number, alone: readonly number[], upTo: number, named: readonly number[]) {
  let reached = Math.max(before, upTo);
  const left = new Set([...alone, ...named].filter((sequence) => sequence > reached));
  while (left.delete(reached + 1)) reached++;
  return { upTo: reached, alone: [...left].sort((a, b) => a - b).slice(-aloneKept) };
}
