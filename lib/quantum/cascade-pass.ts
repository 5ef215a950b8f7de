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
  if (pass === 0) return passOf(bits, bits.length, identity, identity);
  const interleaver = createInterleaver(bits.length, seed + pass);
  const spread = new Uint8Array(interleaver.size);
  interleaver.scatter(bits, spread);
  const made = passOf(spread, interleaver.size, interleaver.forward, interleaver.inverse);
  spread.fill(0);
  return made;
}

/** Only the bits that one check parity covers, in their order. */
export function maskedPass(bits: Uint8Array, seed: number, parity: number): CascadePass {
  const covered = (position: number) => (checkColumn(seed, position) >>> parity) & 1;
  const masked = bits.map((bit, position) => bit & covered(position));
  const made = passOf(masked, bits.length, (x) => (covered(x) === 1 ? x : -1), identity);
  masked.fill(0);
  return made;
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

function passOf(
  bits: Uint8Array,
  size: number,
  forward: (position: number) => number,
  inverse: (position: number) => number,
): CascadePass {
  const prefix = new Uint8Array(size + 1);
  let parity = 0;
  for (let x = 0; x < size; x++) {
    parity ^= bits[x] as number;
    prefix[x + 1] = parity;
  }
  return { depth: Math.max(1, Math.ceil(Math.log2(size))), size, prefix, forward, inverse };
}

function identity(position: number): number {
  return position;
}
