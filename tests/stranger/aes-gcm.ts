import { createCipheriv, createDecipheriv } from "node:crypto";
import { Refused } from "./refused.ts";

const TAG = 16;

/** AES-256-GCM: encrypted bytes ‖ tag. */
export function seal(key: Uint8Array, nonce: Uint8Array, data: Uint8Array, plain: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(data);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Refused with `code` when the tag does not fit */
export function open(
  key: Uint8Array,
  nonce: Uint8Array,
  data: Uint8Array,
  sealed: Uint8Array,
  code: string,
): Buffer {
  if (sealed.length < TAG) throw new Refused(code);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG });
  decipher.setAAD(data);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  const plain = decipher.update(sealed.subarray(0, sealed.length - TAG));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    throw new Refused(code);
  }
}
