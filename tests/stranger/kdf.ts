import { createHmac } from "node:crypto";

type Digest = "sha256" | "sha512";

export function hmac(digest: Digest, key: Uint8Array, ...parts: Uint8Array[]): Buffer {
  return createHmac(digest, key).update(Buffer.concat(parts)).digest();
}

/** HKDF-Extract (RFC 5869); without a salt, zeros. */
export function extract(digest: Digest, salt: Uint8Array, ikm: Uint8Array): Buffer {
  return hmac(digest, salt, ikm);
}

/** HKDF-Expand (RFC 5869). */
export function expand(digest: Digest, key: Uint8Array, info: Uint8Array, length: number): Buffer {
  let block: Buffer = Buffer.alloc(0);
  const blocks: Buffer[] = [];
  for (let counter = 1; Buffer.concat(blocks).length < length; counter++) {
    block = hmac(digest, key, block, info, Buffer.of(counter));
    blocks.push(block);
  }
  return Buffer.concat(blocks).subarray(0, length);
}
