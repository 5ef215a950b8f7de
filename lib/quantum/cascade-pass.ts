import type { Bits } from "./bits.ts";
import { createInterleaver } from "./interleaver.ts";

/**
 * The bits of one pass in that pass's order with their running parities, so that the parity of any range is one
 * exclusive or. Nodes are numbered as in a heap over 2^depth positions: 1 is everything, the children of i are
 * 2i and 2i + 1, the leaf of position x is 2^depth + x.
 */
export interface CascadePass {
  readonly depth: number;
  /** Positions in use: those from here to 2^depth are empty. */
  readonly size: number;
  /** prefix[i]: parity of the positions before i. */
  readonly prefix: Bits;
  /** Position in this pass of a bit, or −1 when the pass leaves it out. */
  forward(position: number): number;
  inverse(position: number): number;
}

/** Pass 0 keeps the order; the others interleave by seed. */
export function orderedPass(bits: Uint8Array, pass: number, seed: number): CascadePass {
  if (pass === 0) return passOf(shifted(bits), identity, identity);
  const interleaver = createInterleaver(bits.length, seed + pass);
  const spread = new Uint8Array(interleaver.size + 1);
  interleaver.scatter(bits, spread.subarray(1));
  return passOf(spread, interleaver.forward, interleaver.inverse);
}

/** Only the bits that one check parity covers, in their order. */
export function maskedPass(bits: Uint8Array, seed: number, parity: number): CascadePass {
  const covered = (position: number) => (checkColumn(seed, position) >>> parity) & 1;
  const masked = shifted(bits);
  for (let x = 0; x < bits.length; x++) masked[x + 1] = (masked[x + 1] as number) & covered(x);
  return passOf(masked, (x) => (covered(x) === 1 ? x : -1), identity);
}

/** The check parities of all bits as one word. */
export function checkWord(bits: Uint8Array, seed: number): number {
  let word = 0;
  for (let x = 0; x < bits.length; x++) word ^= -(bits[x] as number) & checkColumn(seed, x);
  return word >>> 0;
}

/** Which of the check parities (one per bit) cover the bit at `position`: a well-mixed word of seed and position. */
export function checkColumn(seed: number, position: number): number {
  let word = Math.imul(position + 1, 0x9e3779b1) ^ seed;
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
  return word ^ (word >>> 15);
}

/** Parity of a node's positions. */
export function nodeParity(pass: CascadePass, node: number): number {
  const level = pass.depth - (31 - Math.clz32(node));
  const start = (node << level) - (1 << pass.depth);
  const end = Math.min(start + (1 << level), pass.size);
  return ((pass.prefix[start] ?? 0) ^ (pass.prefix[end] ?? 0)) & 1;
}

/** Takes the bits of a pass, each one place late, and turns them into their running parities in place. */
function passOf(
  prefix: Bits,
  forward: (position: number) => number,
  inverse: (position: number) => number,
): CascadePass {
  let parity = 0;
  for (let x = 1; x < prefix.length; x++) {
    parity ^= prefix[x] as number;
    prefix[x] = parity;
  }
  const size = prefix.length - 1;
  return { depth: Math.max(1, Math.ceil(Math.log2(size))), size, prefix, forward, inverse };
}

function shifted(bits: Uint8Array): Bits {
  const copy = new Uint8Array(bits.length + 1);
  copy.set(bits, 1);
  return copy;
}

function identity(position: number): number {
  return position;
}
