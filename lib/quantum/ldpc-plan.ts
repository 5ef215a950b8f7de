import { binaryEntropy } from "./entropy.ts";
import { buildLdpcCode, type ColumnDegree, type LdpcCode } from "./ldpc-code.ts";

/** How a block is cut into frames of one code. Both ends derive it from what both know. */
export interface LdpcPlan {
  readonly length: number;
  readonly frames: number;
  /** Bits of a frame, a multiple of 8; the last may have fewer, the rest of the code's bits are zeros. */
  readonly frameBits: number;
  readonly errorRate: number;
  readonly code: LdpcCode;
  readonly seed: number;
}

/** A frame that cannot be decoded gets one in 128 of its bits told, and again, at most so often. */
export const mostReveals = 24;

/**
 * Columns by weight: mostly three, up to a fifth with two, a quarter heavy. Found by trial at 1 to 8 % of errors. As
 * many columns of two as checks would close cycles among themselves, which no decoder gets out of: there are fewer.
 */
function degreesFor(baseRows: number): readonly ColumnDegree[] {
  const two = Math.min(0.2, (0.8 * baseRows) / baseColumns);
  return [
    { degree: 2, share: two },
    { degree: 3, share: 0.75 - two },
    { degree: 10, share: 0.25 },
  ];
}

const baseColumns = 256;
const usualFrameBits = 65_536;
/** Syndrome bits over the least there could be, and base rows more, which few rows need; what lacks is told afterwards. */
const startEfficiency = 1.16;
const spareRows = 3;

/**
 * A code for a block: its rate follows the error rate in steps of 1/256, its size the length, so that no bits are
 * wasted on filling. Failing frames get more bits later, so a guess that is too low costs round trips, not the block.
 */
export function ldpcPlan(length: number, errorRate: number, seed: number): LdpcPlan {
  const rate = Math.min(0.11, Math.max(errorRate, 2e-3));
  const frames = Math.max(1, Math.round(length / usualFrameBits));
  const frameBits = Math.ceil(length / frames / 8) * 8;
  const lift = Math.ceil(frameBits / baseColumns);
  const baseRows = Math.min(
    200,
    Math.max(12, Math.round(baseColumns * startEfficiency * binaryEntropy(rate)) + spareRows),
  );
  return { length, frames, frameBits, errorRate: rate, seed, code: codeOf(baseRows, lift) };
}

const kept = new Map<string, LdpcCode>();

function codeOf(baseRows: number, lift: number): LdpcCode {
  const name = `${baseRows}/${lift}`;
  const found = kept.get(name);
  if (found !== undefined) return found;
  const code = buildLdpcCode(baseRows, baseColumns, lift, degreesFor(baseRows), 1 + baseRows);
  if (kept.size >= 8) kept.clear();
  kept.set(name, code);
  return code;
}

/** Bits of a frame that belong to the block. */
export function bitsOfFrame(plan: LdpcPlan, frame: number): number {
  return Math.max(0, Math.min(plan.frameBits, plan.length - frame * plan.frameBits));
}

/** The positions of a frame that step `step` tells: about one in 128, none of them twice. */
export function revealedPositions(plan: LdpcPlan, frame: number, step: number): Uint32Array {
  const found: number[] = [];
  const bits = bitsOfFrame(plan, frame);
  for (let position = 0; position < bits; position++) {
    let word = Math.imul(position + 1, 0x9e3779b1) ^ plan.seed;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    if ((word ^ (word >>> 15)) >>> 25 === step) found.push(position);
  }
  return Uint32Array.from(found);
}
