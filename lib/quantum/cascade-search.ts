import { rangeParity } from "./bit-words.ts";
import { blockCount, blockParities, type CascadePass } from "./cascade-pass.ts";

/** What is known of a part of a block: the parity of its left half at Alice's, in the lowest bit, once `known` is set. */
const known = 2;
/** What is known of a block: whether its parity differs from Alice's, and whether it is on the list of searches. */
const differs = 1;
const listed = 2;

/** Bob's copy of a pass with what he knows of Alice's parities. All of them are known of whole blocks. */
export interface SearchedPass extends CascadePass {
  readonly index: number;
  /** By block and place, of the places that have halves: block · 2^blockLog2 + place. */
  readonly halves: Uint8Array;
  readonly blocks: Uint8Array;
  /** Blocks that may hold an odd number of differences. */
  odd: number[];
}

/** `told`: Alice's parities of the blocks. */
export function searched(pass: CascadePass, index: number, told: Uint8Array): SearchedPass {
  const blocks = blockCount(pass);
  const search: SearchedPass = {
    ...pass,
    index,
    halves: new Uint8Array(blocks * 2 ** pass.blockLog2),
    blocks: new Uint8Array(blocks),
    odd: [],
  };
  const mine = blockParities(pass);
  for (let block = 0; block < blocks; block++) if (mine[block] !== told[block]) toggle(search, block);
  return search;
}

/** One difference more or less in a block: puts it on the list of searches if it is odd and not there yet. */
export function toggle(pass: SearchedPass, block: number): void {
  const state = (pass.blocks[block] as number) ^ differs;
  if ((state & differs) !== 0 && (state & listed) === 0) {
    pass.blocks[block] = state | listed;
    pass.odd.push(block);
  } else pass.blocks[block] = state;
}

/** Takes a block off the list; true when it is still odd. */
export function unlist(pass: SearchedPass, block: number): boolean {
  const state = (pass.blocks[block] as number) & ~listed;
  pass.blocks[block] = state;
  return (state & differs) !== 0;
}

/**
 * The smallest part within `part`, which is odd, that is known to be odd, or the single position that is wrong.
 * Alice's parity of a left half tells the right half's too.
 */
export function deepestKnown({ words, halves, blockLog2, size }: SearchedPass, part: number): number {
  const base = part & -(2 << blockLog2);
  const row = base >>> 1;
  let place = part - base;
  let level = blockLog2 - (31 - Math.clz32(place));
  let start = row + (place << level) - (1 << blockLog2);
  while (level > 0) {
    const state = halves[row + place] as number;
    level--;
    place *= 2;
    if (state === 0) {
      // A right half that holds no position leaves the difference to the left one.
      if (start + (1 << level) < size) return base + (place >>> 1);
    } else if (rangeParity(words, start, level) === (state & 1)) {
      place++;
      start += 1 << level;
    }
  }
  return base + place;
}

/** Notes Alice's parity of the left half of `part`. */
export function learnHalf({ halves, blockLog2 }: SearchedPass, part: number, parity: number): void {
  const base = part & -(2 << blockLog2);
  halves[(base >>> 1) + part - base] = known | parity;
}

/** The left half of a part. */
export function leftHalf({ blockLog2 }: SearchedPass, part: number): number {
  return part + (part & ((2 << blockLog2) - 1));
}

/** The position of a part that is a leaf, or −1. */
export function leafPosition({ blockLog2 }: SearchedPass, part: number): number {
  const place = part & ((2 << blockLog2) - 1);
  if (place < 1 << blockLog2) return -1;
  return ((part >>> (blockLog2 + 1)) << blockLog2) + place - (1 << blockLog2);
}
