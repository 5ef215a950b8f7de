import { sha512 } from "@noble/hashes/sha2.js";
import type { Bytes } from "../shared/bytes.ts";

/** SHA-512 over the concatenation of the parts, 64 bytes. */
export function hash(...parts: readonly Uint8Array[]): Bytes {
  if (parts.length === 1) return sha512(parts[0] as Uint8Array) as Bytes;
  const state = sha512.create();
  for (const part of parts) state.update(part);
  return state.digest() as Bytes;
}
