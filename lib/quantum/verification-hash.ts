import { type Bytes, concatBytes } from "../shared/bytes.ts";
import { forgeryBound } from "./authentication.ts";
import { poly1305 } from "./poly1305.ts";

/** Bits of the key that the announced hash may tell: all of it is subtracted from the secret length. */
export const verificationBits = 128;

export const verificationSeedBytes = 16;

/** Poly1305 without mask under a public random point: unequal keys of n bits collide with at most verificationEpsilon(n). */
export function verificationHash(key: Uint8Array, seed: Uint8Array): Bytes {
  const point = concatBytes(seed, new Uint8Array(16));
  return poly1305(key, point);
}

export function verificationEpsilon(bits: number): number {
  return forgeryBound(Math.ceil(bits / 8));
}
