import { shake256 } from "@noble/hashes/sha3.js";
import { decodeEnvelope, envelopeMessage } from "../../lib/protocol/envelope.ts";
import { hash } from "../../lib/protocol/hash.ts";
import { utf8 } from "../../lib/shared/bytes.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Fixed bytes by name: SHAKE256("vernam/1 test vector " ‖ name). Public by construction: test vectors only. */
export function fixed(name: string, length: number): Bytes {
  return shake256(utf8(`vernam/1 test vector ${name}`), { dkLen: length }) as Bytes;
}

export const secret = (name: string, length = 32): SecretBytes => SecretBytes.own(fixed(name, length));
export const at = 1_780_000_000_000;
export const day = 86_400_000;

export function envelopeParts(bytes: Bytes) {
  const { header, ciphertext, tag, signature } = decodeEnvelope(bytes);
  return {
    envelope: bytes,
    hash: hash(bytes),
    encodedHeader: header,
    ciphertext,
    tag,
    signature,
    signedMessage: envelopeMessage(header, ciphertext, tag),
  };
}
