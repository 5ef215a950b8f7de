import { type Bytes, concatBytes } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { bytesOf, optional, structOf } from "./cbor-codecs.ts";
import { frame } from "./frame.ts";
import { hash } from "./hash.ts";
import { framedLabel, type Label } from "./labels.ts";
import { lengths, limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import { type DualSigner, type Signer, verifyEd25519, verifyMlDsa65 } from "./signing.ts";

/** A signed structure as transmitted. `body` is authenticated as it came, never encoded again. */
export interface Signed {
  readonly body: Bytes;
  readonly ed25519: Bytes;
  readonly mlDsa?: Bytes;
}

/** What decoding a signed structure gives before anything is verified. */
export interface Parsed<T> {
  readonly value: T;
  readonly signed: Signed;
  /** The encoded Signed as transmitted. */
  readonly bytes: Bytes;
  /** SHA-512 of `bytes`. */
  readonly hash: Bytes;
}

export interface VerifyKeys {
  readonly ed25519Key: Bytes;
  /** When given, the ML-DSA-65 signature must be there and verify too. */
  readonly mlDsaKey?: Bytes;
}

const codec = structOf<Signed>({
  body: [1, bytesOf(1, limits.siteList)],
  ed25519: [2, bytesOf(lengths.ed25519Signature)],
  mlDsa: [3, optional(bytesOf(lengths.mlDsaSignature))],
});

export function encodeSigned(signed: Signed, maximum: number = limits.signed): Bytes {
  return encodeWith(codec, "signed", signed, maximum);
}

export function decodeSigned(bytes: Uint8Array, maximum: number = limits.signed): Signed {
  return decodeWith(codec, "signed", bytes, maximum);
}

/** What is signed: frame(label) ‖ frame(body). */
export function signedMessage(label: Label, body: Uint8Array): Bytes {
  return concatBytes(framedLabel(label), frame(body));
}

/** Ed25519 only. Returns the encoded Signed. */
export async function signBody(label: Label, body: Bytes, signer: Signer): Promise<Bytes> {
  return encodeSigned({ body, ed25519: await signer.sign(signedMessage(label, body)) });
}

/** Ed25519 and ML-DSA-65. Returns the encoded Signed. */
export async function signBodyTwice(
  label: Label,
  body: Bytes,
  signer: DualSigner,
  maximum: number = limits.signed,
): Promise<Bytes> {
  const message = signedMessage(label, body);
  const [one, two] = await Promise.all([signer.sign(message), signer.signMlDsa(message)]);
  return encodeSigned({ body, ed25519: one, mlDsa: two }, maximum);
}

/**
 * @throws ProtocolError signature.missing (no ML-DSA signature where one is due), signature.unexpected (one where
 * none is due), signature.ed25519, signature.ml-dsa.
 */
export async function verifySigned(label: Label, signed: Signed, keys: VerifyKeys): Promise<void> {
  const message = signedMessage(label, signed.body);
  if (keys.mlDsaKey === undefined && signed.mlDsa !== undefined)
    throw new ProtocolError(
      "signature.unexpected",
      "a structure carries a signature that has no place in it",
    );
  if (keys.mlDsaKey !== undefined && signed.mlDsa === undefined)
    throw new ProtocolError("signature.missing", "a structure lacks its post-quantum signature");
  if (!(await verifyEd25519(keys.ed25519Key, message, signed.ed25519)))
    throw new ProtocolError("signature.ed25519", "an Ed25519 signature does not verify");
  if (keys.mlDsaKey === undefined || signed.mlDsa === undefined) return;
  if (!(await verifyMlDsa65(keys.mlDsaKey, message, signed.mlDsa)))
    throw new ProtocolError("signature.ml-dsa", "an ML-DSA-65 signature does not verify");
}

/** Decodes without verifying. @throws ProtocolError cbor.* and the structure's own codes. */
export function parseSigned<T>(
  bytes: Uint8Array,
  decodeBody: (body: Uint8Array) => T,
  maximum: number = limits.signed,
): Parsed<T> {
  const signed = decodeSigned(bytes, maximum);
  return { value: decodeBody(signed.body), signed, bytes: bytes as Bytes, hash: hash(bytes) };
}
