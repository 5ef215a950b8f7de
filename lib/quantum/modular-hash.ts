import { type Bytes, concatBytes } from "../shared/bytes.ts";
import { bigIntFromBytes, bytesFromBigInt } from "./big-integer.ts";
import { mersenneExponentFor } from "./mersenne.ts";
import { hasMersenneProduct, mersenneProduct } from "./mersenne-product.ts";
import type { RandomSource } from "./random.ts";

/**
 * ((a·x + b) mod p) mod 2^m over the Mersenne prime p = 2^q − 1 (Carter, Wegman 1979), for x below p.
 * 2-universal for a in 1..p−1 and b in 0..p−1. Not linear. This is the readable form, used for short blocks: BigInt
 * leaves copies that cannot be zeroed and its time depends on its values.
 */
export function modularHash(q: number, a: bigint, b: bigint, x: bigint, m: number): bigint {
  return BigInt.asUintN(m, reduceMersenne(a * x + b, q));
}

/** value mod 2^q − 1: the digits above q are added to those below, since 2^q is 1. */
export function reduceMersenne(value: bigint, q: number): bigint {
  const shift = BigInt(q);
  const prime = (1n << shift) - 1n;
  let rest = value;
  while (rest > prime) rest = BigInt.asUintN(q, rest) + (rest >> shift);
  return rest === prime ? 0n : rest;
}

/** Draws a fresh a and b for blocks of `inputBits` by rejection: a in 1..p−1, then b in 0..p−1, both as q bits. */
export function drawModularSeed(random: RandomSource, inputBits: number): Bytes {
  const q = mersenneExponentFor(inputBits);
  return concatBytes(drawResidue(random, q, true), drawResidue(random, q, false));
}

function drawResidue(random: RandomSource, q: number, nonZero: boolean): Bytes {
  for (;;) {
    const bytes = random.bytes((q + 7) >> 3);
    const top = 0xff >> (bytes.length * 8 - q);
    bytes[0] = (bytes[0] ?? 0) & top;
    const isPrime = bytes[0] === top && bytes.every((byte, i) => i === 0 || byte === 255);
    const isZero = bytes.every((byte) => byte === 0);
    if (!isPrime && !(nonZero && isZero)) return bytes;
  }
}

/** Hashes packed key of `inputBits` to `outputBits` (a multiple of 8) with an announced seed. */
export function amplifyModular(
  key: Uint8Array,
  inputBits: number,
  outputBits: number,
  seed: Uint8Array,
): Bytes {
  const q = mersenneExponentFor(inputBits);
  const half = (q + 7) >> 3;
  const a = seed.subarray(0, half);
  const b = seed.subarray(half, 2 * half);
  const fast =
    hasMersenneProduct(q) && 8 * key.length <= q ? mersenneProduct(q, a, key, b, outputBits / 8) : undefined;
  return fast ?? amplifyByBigInt(q, a, key, b, outputBits);
}

/** The same by `modularHash`: for short blocks, and the twin that tests compare with. */
export function amplifyByBigInt(
  q: number,
  a: Uint8Array,
  key: Uint8Array,
  b: Uint8Array,
  outputBits: number,
): Bytes {
  const hash = modularHash(q, bigIntFromBytes(a), bigIntFromBytes(b), bigIntFromBytes(key), outputBits);
  return bytesFromBigInt(hash, outputBits / 8);
}

/** Bytes of an announced seed for `inputBits`. */
export function modularSeedBytes(inputBits: number): number {
  return 2 * ((mersenneExponentFor(inputBits) + 7) >> 3);
}
