import { createPublicKey, verify } from "node:crypto";
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js";
import { frame, hash, hex, label } from "./framing.ts";
import { demand } from "./refused.ts";
import { bytes, decode, optional, record, type Shape } from "./shapes.ts";

/** Public signing keys, hex. */
export interface SigningKeys {
  readonly ed25519Key: string;
  readonly mlDsaKey?: string;
}

const signed = record({ body: bytes(1, 4_194_304), ed25519: bytes(64), mlDsa: optional(bytes(3309)) });

/** Labels of the structures that two signatures protect; all others have one. */
const both = new Set(["certificate", "site-list", "epoch", "enrol", "revocations"]);

/**
 * Verifies a signed structure (docs/PROTOCOL.md §3) and decodes its body.
 * @throws Refused signature.missing, signature.unexpected, signature.ed25519, signature.ml-dsa, cbor.*
 */
export function open<T>(shape: Shape<T>, name: string, keys: SigningKeys, transmitted: Uint8Array): T {
  const { body, ed25519, mlDsa } = decode(signed, transmitted);
  const message = Buffer.concat([label(name), frame(hex(body))]);
  demand(mlDsa === undefined || both.has(name), "signature.unexpected");
  demand(mlDsa !== undefined || !both.has(name), "signature.missing");
  demand(verifyEd25519(keys.ed25519Key, message, hex(ed25519)), "signature.ed25519");
  if (mlDsa !== undefined) demand(verifyMlDsa(keys.mlDsaKey ?? "", message, hex(mlDsa)), "signature.ml-dsa");
  return decode(shape, hex(body));
}

/** Hash of a signed structure, as transmitted, in hex. */
export function signedHash(transmitted: Uint8Array): string {
  return hash(transmitted).toString("hex");
}

/** RFC 8032; the public key is hex. */
export function verifyEd25519(publicKey: string, message: Uint8Array, signature: Uint8Array): boolean {
  const x = hex(publicKey).toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return verify(null, message, key, signature);
}

/** FIPS 204, pure, empty context; the public key is hex. */
export function verifyMlDsa(publicKey: string, message: Uint8Array, signature: Uint8Array): boolean {
  return ml_dsa65.verify(signature, message, hex(publicKey));
}
