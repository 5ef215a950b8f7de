import type { Bytes } from "../shared/bytes.ts";
import { KeyCache } from "./key-cache.ts";

const algorithm = { name: "ML-DSA-65" };
/** A key format of WebCrypto's Modern Algorithms draft that TypeScript's library does not know yet. */
export const rawPublicFormat = "raw-public" as "raw";

const keys = new KeyCache((publicKey) =>
  crypto.subtle.importKey(rawPublicFormat, publicKey, algorithm, true, ["verify"]),
);

let native: Promise<boolean> | undefined;

/** Whether this platform's WebCrypto has ML-DSA-65 (Chromium 156 has, Node 20 has not). */
export function hasNativeMlDsa65(): Promise<boolean> {
  native ??= crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]).then(
    () => true,
    () => false,
  );
  return native;
}

/** In JavaScript, fetched by those alone who need it: a platform without ML-DSA, a seed that signs. */
export async function loadMlDsa() {
  return (await import("@noble/post-quantum/ml-dsa.js")).ml_dsa65;
}

/** FIPS 204, pure, empty context. May throw on a malformed key. */
export async function verifyMlDsa(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  if (!(await hasNativeMlDsa65())) return (await loadMlDsa()).verify(signature, message, publicKey);
  return crypto.subtle.verify(algorithm, await keys.get(publicKey), signature, message);
}

export function signMlDsaWithHandle(key: CryptoKey): (message: Bytes) => Promise<Bytes> {
  return async (message) => new Uint8Array(await crypto.subtle.sign(algorithm, key, message));
}
