import { sha512 } from "@noble/hashes/sha2.js";
import type { Bytes } from "../shared/bytes.ts";
import { nodeCrypto } from "./node-crypto.ts";

/** SHA-512 over the concatenation of the parts, 64 bytes. For public values: OpenSSL in Node, noble elsewhere. */
export function hash(...parts: readonly Uint8Array[]): Bytes {
  return nodeCrypto === undefined ? hashByNoble(parts) : hashByNode(parts, nodeCrypto);
}

export function hashByNoble(parts: readonly Uint8Array[]): Bytes {
  const state = sha512.create();
  for (const part of parts) state.update(part);
  return state.digest() as Bytes;
}

function hashByNode(parts: readonly Uint8Array[], { createHash }: NonNullable<typeof nodeCrypto>): Bytes {
  const state = createHash("sha512");
  for (const part of parts) state.update(part);
  return new Uint8Array(state.digest());
}
