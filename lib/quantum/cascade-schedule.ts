/** Block sizes of Cascade's passes, as powers of two; pass 0 keeps the order of the bits. */
export interface CascadeSchedule {
  readonly blockSizesLog2: readonly number[];
}

/** Bits of the random-parity check that closes Cascade: a difference survives it with probability 2^-16. */
export const checkParities = 16;

/** The first blocks have at most so many errors on average. */
const firstBlockErrors = 1.4;
const lastBlockLog2 = 14;

/**
 * The schedule for `length` bits with an expected error rate: four passes, in the spirit of Martinez-Mateo, Pacher,
 * Peev, Ciurana, Martin (arXiv:1407.3257), with sizes found by measuring leak and round trips at 10^4 to 10^6 bits.
 */
export function cascadeSchedule(length: number, errorRate: number): CascadeSchedule {
  const rate = Math.min(0.25, Math.max(errorRate, 1e-4));
  const largest = Math.max(1, Math.ceil(Math.log2(Math.max(2, length))) - 1);
  const clip = (size: number) => Math.min(largest, Math.max(1, size));
  const first = Math.floor(Math.log2(firstBlockErrors / rate));
  const growth = rate < 0.04 ? 2 : 3;
  return {
    blockSizesLog2: [clip(first), clip(first + growth), clip(first + growth + 3), clip(lastBlockLog2)],
  };
}

/**
 * The schedule of Brassard and Salvail 1993: four passes, first blocks of 0.73/rate, doubled each time; to the next
 * power of two.
 */
export function originalSchedule(length: number, errorRate: number): CascadeSchedule {
  const rate = Math.min(0.25, Math.max(errorRate, 1e-4));
  const largest = Math.max(1, Math.ceil(Math.log2(Math.max(2, length))) - 1);
  const first = Math.round(Math.log2(0.73 / rate));
  const clip = (size: number) => Math.min(largest, Math.max(1, size));
  return { blockSizesLog2: [0, 1, 2, 3].map((pass) => clip(first + pass)) };
}
