import type { Bytes } from "../shared/bytes.ts";
import { packBits, unpackBits } from "./bits.ts";
import { convolveReal } from "./fourier.ts";
import type { RandomSource } from "./random.ts";

/**
 * Toeplitz hash (Krawczyk 1994): output bit i is the parity of seed[i − j + n − 1]·x[j] over j. Linear and
 * 2-universal for a uniform seed of n + m − 1 bits. By Fourier transforms of real sequences; the sums are whole
 * numbers below 2^23 and the rounding error is below 10^-3, so the parities are exact. The convolution is cyclic over
 * no more than the seed: what wraps around falls on sums that nobody reads.
 */
export function toeplitzHash(seed: Uint8Array, x: Uint8Array, outputBits: number): Uint8Array<ArrayBuffer> {
  const length = 2 ** Math.ceil(Math.log2(Math.max(4, seed.length)));
  const sums = new Float64Array(length);
  const other = new Float64Array(length);
  sums.set(seed);
  other.set(x);
  convolveReal(sums, other);
  const output = new Uint8Array(outputBits);
  const offset = x.length - 1;
  const scale = 2 / length;
  for (let i = 0; i < outputBits; i++) output[i] = Math.round((sums[i + offset] as number) * scale) & 1;
  sums.fill(0);
  other.fill(0);
  return output;
}

export function drawToeplitzSeed(random: RandomSource, inputBits: number, outputBits: number): Bytes {
  return random.bytes(toeplitzSeedBytes(inputBits, outputBits));
}

/** Bytes of an announced seed; the last may have unused bits. */
export function toeplitzSeedBytes(inputBits: number, outputBits: number): number {
  return (inputBits + outputBits - 1 + 7) >> 3;
}

/** Hashes packed key of `inputBits` to `outputBits` (a multiple of 8) with an announced seed. */
export function amplifyToeplitz(
  key: Uint8Array,
  inputBits: number,
  outputBits: number,
  seed: Uint8Array,
): Bytes {
  const x = unpackBits(key, inputBits);
  const output = toeplitzHash(unpackBits(seed, inputBits + outputBits - 1), x, outputBits);
  const packed = packBits(output);
  x.fill(0);
  output.fill(0);
  return packed;
}
