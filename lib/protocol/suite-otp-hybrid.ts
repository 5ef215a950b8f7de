import { type Bytes, concatBytes } from "../shared/bytes.ts";
import type { SecretBytes } from "../shared/secret-bytes.ts";
import { lengths } from "./limits.ts";
import { decryptAes, encryptAes } from "./suite-aes.ts";
import { decryptOtp, encryptOtp, otpKeyLength, type Sealed } from "./suite-otp.ts";

/** Nonce and tag of the inner suite, under the pad too. */
export const innerOverhead = lengths.nonce + lengths.tag;

/** Bytes of key that a message of this padded length takes: padded length + 28 + 32. */
export function otpHybridKeyLength(paddedLength: number): number {
  return otpKeyLength(paddedLength + innerOverhead);
}

/**
 * Suite 4: inner = suite 3 under the epoch's message key (nonce ‖ ct ‖ tag), outer = inner under the one-time key as
 * in suite 1. Header is authenticated by both. Both keys are destroyed, whatever happens.
 * @throws ProtocolError otp.key-length unless the one-time key fits exactly
 */
export async function encryptOtpHybrid(
  messageKey: SecretBytes,
  padKey: SecretBytes,
  header: Bytes,
  padded: Bytes,
  nonce?: Bytes,
): Promise<Sealed> {
  try {
    const inner = await encryptAes(messageKey, header, padded, nonce);
    return encryptOtp(padKey, header, concatBytes(inner.ciphertext, inner.tag));
  } finally {
    padKey.destroy();
  }
}

/**
 * The padded plaintext; both keys are left alone, so that a forged envelope burns nothing.
 * @throws ProtocolError otp.key-length, envelope.tag (outer or inner)
 */
export async function decryptOtpHybrid(
  messageKey: SecretBytes,
  padKey: SecretBytes,
  header: Bytes,
  ciphertext: Bytes,
  tag: Bytes,
): Promise<Bytes> {
  const inner = decryptOtp(padKey, header, ciphertext, tag);
  const end = inner.length - lengths.tag;
  return decryptAes(messageKey, header, inner.subarray(0, end), inner.subarray(end));
}
