import { gcm } from "@noble/ciphers/aes.js";
import type { Bytes } from "../shared/bytes.ts";

/** From this many bytes on WebCrypto's asynchronous GCM is faster than noble's synchronous one (measured). */
const webCryptoFrom = 2048;

/** AES-256-GCM: ciphertext ‖ 16-byte tag. The same bytes whichever implementation runs. */
export async function gcmSeal(key: Bytes, nonce: Bytes, aad: Bytes, plaintext: Bytes): Promise<Bytes> {
  if (plaintext.length < webCryptoFrom) return gcm(key, nonce, aad).encrypt(plaintext) as Bytes;
  const native = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const parameters = { name: "AES-GCM", iv: nonce, additionalData: aad };
  return new Uint8Array(await crypto.subtle.encrypt(parameters, native, plaintext));
}

/** Undefined when the tag does not fit. */
export async function gcmOpen(
  key: Bytes,
  nonce: Bytes,
  aad: Bytes,
  sealed: Bytes,
): Promise<Bytes | undefined> {
  try {
    if (sealed.length < webCryptoFrom) return gcm(key, nonce, aad).decrypt(sealed) as Bytes;
    const native = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
    const parameters = { name: "AES-GCM", iv: nonce, additionalData: aad };
    return new Uint8Array(await crypto.subtle.decrypt(parameters, native, sealed));
  } catch {
    return undefined;
  }
}
