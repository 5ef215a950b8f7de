import { expectedBlock } from "../../quantum/expected-block.ts";
import type { LinkParameters } from "../../quantum/link-parameters.ts";

/** Security parameters of every routine block (each bounds one way to fail). */
export const blockEpsilon = { epsilonSec: 1e-15, epsilonCor: 1e-15 } as const;

/** A probe asks only whether the link is quiet; its bits are thrown away. So many show a fifth of the photons split. */
export const probeSiftedBits = 50_000;

export interface BlockSize {
  readonly siftedTarget: number;
  /** Thrice what an undisturbed link needs: a block on a dark fibre must end too. */
  readonly maxPulses: number;
  /** Secret bytes an undisturbed link yields on average; 0 for a probe. */
  readonly expectedBytes: number;
}

export interface BlockSizes {
  readonly probe: BlockSize;
  /** Ascending; only sizes that yield key. */
  readonly key: readonly BlockSize[];
}

const siftedSizes = [1e5, 2e5, 5e5, 1e6, 2e6, 5e6];
/** Sizes above the usual are for links whose loss leaves nothing of smaller blocks. */
const usualSifted = 1e6;
const assumedEfficiency = 1.1;
/** Of every sifted bit at least this much must be left, or a larger block is the better one. */
const leastYield = 0.02;

/** The block sizes worth running on a link with these devices. */
export function blockSizesFor(parameters: LinkParameters): BlockSizes {
  const all = siftedSizes.map((siftedTarget) => sizeOf(parameters, siftedTarget));
  const worthwhile = all.filter((size) => 8 * size.expectedBytes >= leastYield * size.siftedTarget);
  const usual = worthwhile.filter((size) => size.siftedTarget <= usualSifted);
  const probe = { ...sizeOf(parameters, probeSiftedBits), expectedBytes: 0 };
  return { probe, key: usual.length > 0 ? usual : worthwhile.slice(0, 1) };
}

function sizeOf(parameters: LinkParameters, siftedTarget: number): BlockSize {
  const expected = expectedBlock(parameters, {
    siftedBits: siftedTarget,
    reconciliationEfficiency: assumedEfficiency,
    ...blockEpsilon,
  });
  return {
    siftedTarget,
    maxPulses: Math.ceil(3 * expected.pulses),
    expectedBytes: Math.max(0, Math.floor(expected.secretBits / 8)),
  };
}

/** A bit more than the mean, so that a block rarely brings more than there is room for. */
const margin = 1.1;

/**
 * The next size of a key block: the smallest for a link's first, then the largest whose key fits into `room` bytes
 * and whose computation is expected to stay within `mostSifted` bits. Undefined when none fits: the pool is full.
 */
export function chooseBlock(
  sizes: BlockSizes,
  situation: { readonly first: boolean; readonly room: number; readonly mostSifted: number },
): BlockSize | undefined {
  const smallest = sizes.key[0];
  if (smallest === undefined || smallest.expectedBytes * margin > situation.room) return undefined;
  if (situation.first) return smallest;
  let chosen = smallest;
  for (const size of sizes.key) {
    if (size.expectedBytes * margin <= situation.room && size.siftedTarget <= situation.mostSifted)
      chosen = size;
  }
  return chosen;
}
