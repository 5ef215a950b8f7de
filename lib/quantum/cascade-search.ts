import type { CascadePass } from "./cascade-pass.ts";

/** A node's state: whether Alice's parity is known, and whether Bob's differs (or his flips, while it is unknown). */
export const differs = 1;
export const known = 2;
export const listed = 4;

export interface SearchedPass extends CascadePass {
  readonly index: number;
  readonly blockLog2: number;
  readonly states: Uint8Array;
  /** Blocks that may hold an odd number of differences. */
  odd: number[];
}

export function searched(pass: CascadePass, index: number, blockLog2: number): SearchedPass {
  return { ...pass, index, blockLog2, states: new Uint8Array(2 << pass.depth), odd: [] };
}

/** Puts a block on the list of searches if it is odd and not there yet. */
export function list(pass: SearchedPass, block: number): void {
  const state = pass.states[block] as number;
  if ((state & (differs | listed)) !== differs) return;
  pass.states[block] = state | listed;
  pass.odd.push(block);
}

/** The smallest part of an odd block that is known to be odd, or the leaf that is wrong. */
export function deepestKnown(pass: SearchedPass, block: number): number {
  const leaves = 1 << pass.depth;
  let node = block;
  while (node < leaves) {
    const left = node * 2;
    if (((pass.states[left] as number) & known) === 0 && !onlyChild(pass, left)) return node;
    if (((pass.states[left] as number) & known) === 0) pass.states[left] = known | differs;
    node = ((pass.states[left] as number) & differs) !== 0 ? left : left + 1;
  }
  return node;
}

/** True when the right sibling of a left child holds no position: then the left child is its parent. */
function onlyChild(pass: SearchedPass, left: number): boolean {
  const level = pass.depth - (31 - Math.clz32(left));
  return ((left + 1) << level) - (1 << pass.depth) >= pass.size;
}
