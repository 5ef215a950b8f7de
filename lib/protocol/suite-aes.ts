import { type Bytes, concatBytes, copyBytes } from "../shared/bytes.ts";
import type { SecretBytes } from "../shared/secret-bytes.ts";
import { gcmOpen, gcmSeal } from "./aes-gcm.ts";
import { lengths } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { Sealed } from "./suite-otp.ts";

/**
 * Suite 2: AES-256-GCM with the header as associated data; ciphertext = nonce(12) ‖ ct, tag apart.
 * `nonce` must be random; it is a parameter for test vectors. The message key is destroyed, whatever happens.
 */
export async function encryptAes(
  key: SecretBytes,
  header: Bytes,
  padded: Bytes,
  nonce: Bytes = crypto.getRandomValues(new Uint8Array(lengths.nonce)),
): Promise<Sealed> {
  try {
    const sealed = await gcmSeal(key.reveal(), nonce, header, padded);
    const end = sealed.length - lengths.tag;
    return { ciphertext: concatBytes(nonce, sealed.subarray(0, end)), tag: copyBytes(sealed.subarray(end)) };
  } finally {
    key.destroy();
  }
}

/** The padded plaintext; the key is left alone, as in suite 1. @throws ProtocolError envelope.tag */
export async function decryptAes(
  key: SecretBytes,
  header: Bytes,
  ciphertext: Bytes,
  tag: Bytes,
): Promise<Bytes> {
  const nonce = ciphertext.slice(0, lengths.nonce);
  const sealed = concatBytes(ciphertext.subarray(lengths.nonce), tag);
  const padded =
    nonce.length < lengths.nonce ? undefined : await gcmOpen(key.reveal(), nonce, header, sealed);
  if (padded === undefined)
    throw new ProtocolError("envelope.tag", "the message was altered on its way", {
      nextStep: "Ask the sender to send it again.",
    });
  return padded;
}
