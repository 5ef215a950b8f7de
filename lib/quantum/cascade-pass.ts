import { type BitWords, parityOf, rangeParity } from "./bit-words.ts";
import type { Bits } from "./bits.ts";
import { checkParities } from "./cascade-schedule.ts";
import { createInterleaver } from "./interleaver.ts";

/**
 * The bits of one pass in that pass's order. A part of a block is named by its block and its place in a heap over the
 * block's 2^blockLog2 positions (1 is the block, the children of i are 2i and 2i + 1): block · 2^(blockLog2+1) + place.
 */
export interface CascadePass {
  readonly blockLog2: number;
  /** Positions in use. */
  readonly size: number;
  /** Whole blocks of them, with zeros beyond `size`. */
  readonly words: BitWords;
  /** Position in this pass of a bit, or −1 when the pass leaves it out. */
  forward(position: number): number;
  inverse(position: number): number;
}

export function blockCount(pass: CascadePass): number {
  return Math.ceil(pass.size / 2 ** pass.blockLog2);
}

/** Pass 0 keeps the order; the others interleave by seed. */
export function orderedPass(
  words: BitWords,
  length: number,
  pass: number,
  blockLog2: number,
  seed: number,
): CascadePass {
  if (pass === 0) {
    const inOrder = new Uint32Array(wordsOfBlocks(length, blockLog2));
    inOrder.set(words);
    return { blockLog2, size: length, words: inOrder, forward: identity, inverse: identity };
  }
  const { size, forward, inverse, scatter } = createInterleaver(length, seed + pass);
  return { blockLog2, size, words: scatter(words, wordsOfBlocks(size, blockLog2)), forward, inverse };
}

/** Only the bits that one check parity covers, in their order, as one block. */
export function maskedPass(words: BitWords, length: number, seed: number, parity: number): CascadePass {
  const blockLog2 = Math.max(1, Math.ceil(Math.log2(length)));
  const masked = new Uint32Array(wordsOfBlocks(length, blockLog2));
  for (let i = 0; i < words.length; i++)
    masked[i] = (words[i] as number) & turned(checkMask(seed, i), parity);
  return {
    blockLog2,
    size: length,
    words: masked,
    forward: (position) => ((checkColumn(seed, position) >>> parity) & 1 ? position : -1),
    inverse: identity,
  };
}

/** Words that hold whole blocks for `size` positions. */
function wordsOfBlocks(size: number, blockLog2: number): number {
  const positions = Math.ceil(size / 2 ** blockLog2) * 2 ** blockLog2;
  return Math.ceil(positions / 32);
}

/** Parity of every block. */
export function blockParities(pass: CascadePass): Bits {
  const { words, blockLog2 } = pass;
  const parities = new Uint8Array(blockCount(pass));
  for (let block = 0; block < parities.length; block++)
    parities[block] = rangeParity(words, block << blockLog2, blockLog2);
  return parities;
}

/** Parity of a part of a block. */
export function partParity({ words, blockLog2 }: CascadePass, part: number): number {
  const place = part & ((2 << blockLog2) - 1);
  const level = blockLog2 - (31 - Math.clz32(place));
  const block = part >>> (blockLog2 + 1);
  return rangeParity(words, ((block - 1) << blockLog2) + (place << level), level);
}

/** The check parities of all bits, each over about half of them, as one number. */
export function checkWord(words: BitWords, seed: number): number {
  const folded = new Uint32Array(checkParities);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    const mask = checkMask(seed, i);
    for (let parity = 0; parity < checkParities; parity++)
      folded[parity] = (folded[parity] as number) ^ (word & turned(mask, parity));
  }
  return folded.reduce((found, word, parity) => found | (parityOf(word) << parity), 0);
}

/** Which of the check parities (one per bit) cover the bit at `position`. */
export function checkColumn(seed: number, position: number): number {
  const mask = checkMask(seed, position >>> 5);
  const bit = (position ^ 7) & 31;
  let column = 0;
  for (let parity = 0; parity < checkParities; parity++)
    column |= ((turned(mask, parity) >>> bit) & 1) << parity;
  return column;
}

/** A well-mixed word of seed and place; check parity j takes it turned by 2j. */
function checkMask(seed: number, place: number): number {
  let word = Math.imul(place + 1, 0x9e3779b1) ^ seed;
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
  return word ^ (word >>> 15);
}

function turned(mask: number, parity: number): number {
  return (mask << (2 * parity)) | (mask >>> (32 - 2 * parity));
}

function identity(position: number): number {
  return position;
}
