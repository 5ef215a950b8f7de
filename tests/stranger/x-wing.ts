import { createHash } from "node:crypto";
import { x25519 } from "@noble/curves/ed25519.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";

/** A shared secret of 32 bytes and what carries it, 1,120 bytes. */
export interface Encapsulation {
  readonly secret: Buffer;
  readonly enc: Buffer;
}

/** Public key of 1,216 bytes for a seed of 32: ML-KEM-768 ‖ X25519. */
export function publicKey(seed: Uint8Array): Buffer {
  return expand(seed).publicKey;
}

/** @param ekm 64 bytes that fix the encapsulation: ML-KEM randomness ‖ X25519 secret */
export function encapsulate(recipient: Uint8Array, ekm: Uint8Array): Encapsulation {
  const lattice = ml_kem768.encapsulate(recipient.subarray(0, 1184), ekm.subarray(0, 32));
  const curveSecret = ekm.subarray(32);
  const curveKey = recipient.subarray(1184);
  const curveText = x25519.getPublicKey(curveSecret);
  return {
    secret: combine(lattice.sharedSecret, x25519.getSharedSecret(curveSecret, curveKey), curveText, curveKey),
    enc: Buffer.concat([lattice.cipherText, curveText]),
  };
}

export function decapsulate(seed: Uint8Array, enc: Uint8Array): Buffer {
  const { lattice, curve, publicKey } = expand(seed);
  const curveText = enc.subarray(1088);
  return combine(
    ml_kem768.decapsulate(enc.subarray(0, 1088), lattice.secretKey),
    x25519.getSharedSecret(curve, curveText),
    curveText,
    publicKey.subarray(1184),
  );
}

function expand(seed: Uint8Array) {
  const expanded = createHash("shake256", { outputLength: 96 }).update(seed).digest();
  const lattice = ml_kem768.keygen(new Uint8Array(expanded.subarray(0, 64)));
  const curve = new Uint8Array(expanded.subarray(64));
  return { lattice, curve, publicKey: Buffer.concat([lattice.publicKey, x25519.getPublicKey(curve)]) };
}

function combine(...secretsAndCurve: Uint8Array[]): Buffer {
  return createHash("sha3-256")
    .update(Buffer.concat([...secretsAndCurve, Buffer.from("\\.//^\\")]))
    .digest();
}
