import { poly1305 } from "@noble/ciphers/_poly1305.js";
import { type Bytes, concatBytes } from "../shared/bytes.ts";
import { equalSecret } from "../shared/equal-secret.ts";
import type { SecretBytes } from "../shared/secret-bytes.ts";
import { frame } from "./frame.ts";
import { ProtocolError } from "./protocol-error.ts";

/** r ‖ s of Poly1305 in front of the pad. */
const authenticationBytes = 32;

export interface Sealed {
  readonly ciphertext: Bytes;
  /** 16 bytes. */
  readonly tag: Bytes;
}

/** Bytes of key that a message of this padded length takes. */
export function otpKeyLength(paddedLength: number): number {
  return paddedLength + authenticationBytes;
}

/**
 * Suite 1: r‖s = K[0..32], ciphertext = padded ⊕ K[32..], tag = Poly1305(r‖s, frame(header) ‖ frame(ciphertext)).
 * The key is destroyed, whatever happens: one key, one ciphertext. The caller still owns `padded`.
 * @throws ProtocolError otp.key-length unless the key fits exactly
 */
export function encryptOtp(key: SecretBytes, header: Uint8Array, padded: Uint8Array): Sealed {
  return key.consume((bytes) => {
    checkKeyLength(bytes, padded.length);
    const ciphertext = exclusiveOr(padded, bytes.subarray(authenticationBytes));
    return { ciphertext, tag: authenticate(bytes, header, ciphertext) };
  });
}

/**
 * The padded plaintext. The key is left alone, so that a forged envelope burns nothing: destroy it once the
 * message is stored.
 * @throws ProtocolError otp.key-length, envelope.tag
 */
export function decryptOtp(
  key: SecretBytes,
  header: Uint8Array,
  ciphertext: Uint8Array,
  tag: Uint8Array,
): Bytes {
  const bytes = key.reveal();
  checkKeyLength(bytes, ciphertext.length);
  if (!equalSecret(authenticate(bytes, header, ciphertext), tag))
    throw new ProtocolError("envelope.tag", "the message was altered on its way", {
      nextStep: "Ask the sender to send it again.",
    });
  return exclusiveOr(ciphertext, bytes.subarray(authenticationBytes));
}

function checkKeyLength(key: Bytes, length: number): void {
  if (key.length !== otpKeyLength(length))
    throw new ProtocolError("otp.key-length", "a one-time key does not have the length of its message");
}

function authenticate(key: Bytes, header: Uint8Array, ciphertext: Uint8Array): Bytes {
  const message = concatBytes(frame(header), frame(ciphertext));
  return poly1305(message, key.subarray(0, authenticationBytes)) as Bytes;
}

/** Word by word where both sides are aligned: three times faster than by bytes. */
function exclusiveOr(a: Uint8Array, b: Uint8Array): Bytes {
  const result = new Uint8Array(a.length);
  let i = 0;
  if (a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0) {
    const words = a.length >>> 2;
    const left = new Uint32Array(a.buffer, a.byteOffset, words);
    const right = new Uint32Array(b.buffer, b.byteOffset, words);
    const into = new Uint32Array(result.buffer, 0, words);
    for (let w = 0; w < words; w++) into[w] = (left[w] as number) ^ (right[w] as number);
    i = words * 4;
  }
  for (; i < a.length; i++) result[i] = (a[i] as number) ^ (b[i] as number);
  return result;
}
