/** Block sizes of Cascade's passes, as powers of two; pass 0 keeps the order of the bits. */
export interface CascadeSchedule {
  readonly blockSizesLog2: readonly number[];
}

/** Bits of the random-parity check that closes Cascade: a difference survives it with probability 2^-16. */
export const checkParities = 16;

/**
 * The schedule for `length` bits with an expected error rate, after option 8 of Martinez-Mateo, Pacher, Peev,
 * Ciurana, Martin (arXiv:1407.3257): small first blocks, much larger second and third ones.
 */
export function cascadeSchedule(length: number, errorRate: number): CascadeSchedule {
  const spacing = Math.log2(1 / Math.min(0.25, Math.max(errorRate, 1e-4)));
  const largest = Math.max(1, Math.ceil(Math.log2(Math.max(2, length))) - 1);
  const clip = (size: number) => Math.min(largest, Math.max(1, size));
  const first = Math.ceil(spacing);
  return { blockSizesLog2: [clip(first), clip(first + 2), clip(first + 5), clip(14)] };
}
