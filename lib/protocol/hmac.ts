import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import type { Bytes } from "../shared/bytes.ts";
import { nodeCrypto } from "./node-crypto.ts";

/** 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Bytes {
  if (nodeCrypto === undefined) return hmac(sha256, key, message) as Bytes;
  return new Uint8Array(nodeCrypto.createHmac("sha256", key).update(message).digest());
}

/** 64 bytes. */
export function hmacSha512(key: Uint8Array, message: Uint8Array): Bytes {
  if (nodeCrypto === undefined) return hmac(sha512, key, message) as Bytes;
  return new Uint8Array(nodeCrypto.createHmac("sha512", key).update(message).digest());
}
