import type { Bytes } from "../shared/bytes.ts";
import { packBits, unpackBits } from "./bits.ts";
import { transform } from "./fourier.ts";
import type { RandomSource } from "./random.ts";

/**
 * Toeplitz hash (Krawczyk 1994): output bit i is the parity of seed[i − j + n − 1]·x[j] over j. Linear and
 * 2-universal for a uniform seed of n + m − 1 bits. By a Fourier transform; the sums are whole numbers below 2^23
 * and the rounding error is below 10^-3, so the parities are exact.
 */
export function toeplitzHash(seed: Uint8Array, x: Uint8Array, outputBits: number): Uint8Array<ArrayBuffer> {
  const length = 2 ** Math.ceil(Math.log2(Math.max(2, seed.length)));
  const real = new Float64Array(length);
  const imaginary = new Float64Array(length);
  real.set(seed);
  imaginary.set(x);
  transform(real, imaginary, -1);
  multiplyHalves(real, imaginary);
  transform(real, imaginary, 1);
  const output = new Uint8Array(outputBits);
  const offset = x.length - 1;
  for (let i = 0; i < outputBits; i++) output[i] = Math.round((real[i + offset] as number) / length) & 1;
  real.fill(0);
  imaginary.fill(0);
  return output;
}

/** From the spectrum of s + i·x, two real signals in one transform, makes the spectrum of their convolution. */
function multiplyHalves(real: Float64Array, imaginary: Float64Array): void {
  const length = real.length;
  for (let k = 0; k <= length / 2; k++) {
    const mirror = (length - k) & (length - 1);
    const a = real[k] as number;
    const b = imaginary[k] as number;
    const c = real[mirror] as number;
    const d = imaginary[mirror] as number;
    // (Z_k² − conj(Z_−k)²) / 4i, whose value at −k is the conjugate.
    const re = (a * b + c * d) / 2;
    const im = (c * c - d * d - a * a + b * b) / 4;
    real[k] = re;
    imaginary[k] = im;
    real[mirror] = re;
    imaginary[mirror] = k === mirror ? im : -im;
  }
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
