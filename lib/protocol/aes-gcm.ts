import { gcm } from "@noble/ciphers/aes.js";
import { type Bytes, concatBytes } from "../shared/bytes.ts";
import { nodeCrypto } from "./node-crypto.ts";

/** One implementation of AES-256-GCM with 16-byte tags; all give the same bytes: ciphertext ‖ tag. */
export interface GcmBackend {
  seal(key: Bytes, nonce: Bytes, aad: Bytes, plaintext: Bytes): Bytes | Promise<Bytes>;
  /** Throws when the tag does not fit. */
  open(key: Bytes, nonce: Bytes, aad: Bytes, sealed: Bytes): Bytes | Promise<Bytes>;
}

export const nobleGcm: GcmBackend = {
  seal: (key, nonce, aad, plaintext) => gcm(key, nonce, aad).encrypt(plaintext) as Bytes,
  open: (key, nonce, aad, sealed) => gcm(key, nonce, aad).decrypt(sealed) as Bytes,
};

export const webCryptoGcm: GcmBackend = {
  async seal(key, iv, additionalData, plaintext) {
    const native = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
    const parameters = { name: "AES-GCM", iv, additionalData };
    return new Uint8Array(await crypto.subtle.encrypt(parameters, native, plaintext));
  },
  async open(key, iv, additionalData, sealed) {
    const native = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
    const parameters = { name: "AES-GCM", iv, additionalData };
    return new Uint8Array(await crypto.subtle.decrypt(parameters, native, sealed));
  },
};

export const nodeGcm: GcmBackend | undefined = nodeCrypto && makeNodeBackend(nodeCrypto);

function makeNodeBackend(node: NonNullable<typeof nodeCrypto>): GcmBackend {
  return {
    seal(key, nonce, aad, plaintext) {
      const cipher = node.createCipheriv("aes-256-gcm", key, nonce).setAAD(aad);
      return concatBytes(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
    },
    open(key, nonce, aad, sealed) {
      const end = sealed.length - 16;
      const decipher = node.createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
      decipher.setAAD(aad).setAuthTag(sealed.subarray(end));
      const first = decipher.update(sealed.subarray(0, end));
      const plaintext = concatBytes(first, decipher.final());
      first.fill(0);
      return plaintext;
    },
  };
}

/** Outside Node, WebCrypto's asynchronous GCM is faster than noble's synchronous one from this many bytes on. */
const webCryptoFrom = 2048;

function backendFor(length: number): GcmBackend {
  return nodeGcm ?? (length < webCryptoFrom ? nobleGcm : webCryptoGcm);
}

/** AES-256-GCM: ciphertext ‖ 16-byte tag. */
export async function gcmSeal(key: Bytes, nonce: Bytes, aad: Bytes, plaintext: Bytes): Promise<Bytes> {
  return backendFor(plaintext.length).seal(key, nonce, aad, plaintext);
}

/** Undefined when the tag does not fit. */
export async function gcmOpen(
  key: Bytes,
  nonce: Bytes,
  aad: Bytes,
  sealed: Bytes,
): Promise<Bytes | undefined> {
  if (sealed.length < 16) return undefined;
  try {
    return await backendFor(sealed.length).open(key, nonce, aad, sealed);
  } catch {
    return undefined;
  }
}
