import { blockCount, type CascadePass, partParity } from "./cascade-pass.ts";

/** What is known of a part of a block: its parity at Alice's, in the lowest bit, once `known` is set. */
const known = 2;
/** What is known of a block: whether its parity differs from Alice's, and whether it is on the list of searches. */
const differs = 1;
const listed = 2;

/** Bob's copy of a pass with what he knows of Alice's parities. */
export interface SearchedPass extends CascadePass {
  readonly index: number;
  readonly parts: Uint8Array;
  readonly blocks: Uint8Array;
  /** Blocks that may hold an odd number of differences. */
  odd: number[];
}

export function searched(pass: CascadePass, index: number): SearchedPass {
  const blocks = blockCount(pass);
  return {
    ...pass,
    index,
    parts: new Uint8Array(blocks * 2 ** (pass.blockLog2 + 1)),
    blocks: new Uint8Array(blocks),
    odd: [],
  };
}

/** Notes Alice's parity of a block. */
export function learnBlock(pass: SearchedPass, block: number, parity: number): void {
  const part = block * 2 ** (pass.blockLog2 + 1) + 1;
  pass.parts[part] = known | parity;
  if (partParity(pass, part) !== parity) toggle(pass, block);
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
export function deepestKnown(pass: SearchedPass, part: number): number {
  const { parts, blockLog2 } = pass;
  const base = part & -(2 << blockLog2);
  const leaves = 1 << blockLog2;
  let place = part - base;
  while (place < leaves) {
    const left = base + 2 * place;
    let state = parts[left] as number;
    if (state === 0) {
      if (!isOnlyChild(pass, left)) break;
      state = parts[base + place] as number;
      learnPart(pass, left, state & 1);
    }
    place = partParity(pass, left) === (state & 1) ? 2 * place + 1 : 2 * place;
  }
  return base + place;
}

export function learnPart(pass: SearchedPass, left: number, parity: number): void {
  const { parts, blockLog2 } = pass;
  const places = 2 << blockLog2;
  const base = left & -places;
  const parent = parts[base + ((left - base) >>> 1)] as number;
  parts[left] = known | parity;
  parts[left + 1] = known | ((parent & 1) ^ parity);
}

/** The position of a part that is a leaf, or −1. */
export function leafPosition(pass: SearchedPass, part: number): number {
  const { blockLog2 } = pass;
  const place = part & ((2 << blockLog2) - 1);
  if (place < 1 << blockLog2) return -1;
  return ((part >>> (blockLog2 + 1)) << blockLog2) + place - (1 << blockLog2);
}

/** True when the right sibling of a left child holds no position: then the left child is its parent. */
function isOnlyChild(pass: SearchedPass, left: number): boolean {
  const { blockLog2 } = pass;
  const place = left & ((2 << blockLog2) - 1);
  const level = blockLog2 - (31 - Math.clz32(place));
  const block = left >>> (blockLog2 + 1);
  return ((block - 1) << blockLog2) + ((place + 1) << level) >= pass.size;
}
