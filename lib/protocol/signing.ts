import type { Bytes } from "../shared/bytes.ts";
import { chooseEd25519, type Ed25519Backend, ed25519PublicKey, signWithHandle } from "./ed25519.ts";
import { lengths } from "./limits.ts";
import { loadMlDsa, verifyMlDsa } from "./ml-dsa.ts";

/** Signs with Ed25519, wherever the private key lives (WebCrypto, a file, a worker). */
export interface Signer {
  readonly ed25519PublicKey: Bytes;
  /** 64 bytes. */
  sign(message: Bytes): Promise<Bytes>;
}

/** Signs with Ed25519 and with ML-DSA-65 (FIPS 204, pure, empty context). */
export interface DualSigner extends Signer {
  readonly mlDsaPublicKey: Bytes;
  /** 3,309 bytes. */
  signMlDsa(message: Bytes): Promise<Bytes>;
}

let backend: Ed25519Backend | undefined;

/** False for every malformed key or signature; never throws. RFC 8032 verification, native where possible. */
export async function verifyEd25519(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  if (publicKey.length !== lengths.ed25519Key || signature.length !== lengths.ed25519Signature) return false;
  backend ??= await chooseEd25519();
  try {
    return await backend.verify(publicKey, message, signature);
  } catch {
    return false;
  }
}

/** False for every malformed key or signature; never throws. Native where possible. */
export async function verifyMlDsa65(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  if (publicKey.length !== lengths.mlDsaKey || signature.length !== lengths.mlDsaSignature) return false;
  try {
    return await verifyMlDsa(publicKey, message, signature);
  } catch {
    return false;
  }
}

/** Signs with a WebCrypto Ed25519 private key; `publicKey` is the raw 32 bytes that belong to it. */
export function createWebCryptoSigner(privateKey: CryptoKey, publicKey: Bytes): Signer {
  return { ed25519PublicKey: publicKey, sign: signWithHandle(privateKey) };
}

/** Signs with a 32-byte Ed25519 seed, natively where possible. The seed may be zeroed afterwards. */
export async function createSeedSigner(seed: Uint8Array): Promise<Signer> {
  const publicKey = await ed25519PublicKey(seed);
  backend ??= await chooseEd25519();
  return { ed25519PublicKey: publicKey, sign: await backend.importSeed(seed) };
}

/** ML-DSA-65 part of a dual signer from a 32-byte seed. `deterministic` is for test vectors (FIPS 204 §3.4). */
export async function createMlDsaSigner(
  seed: Uint8Array,
  options: { deterministic?: boolean } = {},
): Promise<Pick<DualSigner, "mlDsaPublicKey" | "signMlDsa">> {
  const ml_dsa65 = await loadMlDsa();
  const { secretKey, publicKey } = ml_dsa65.keygen(seed);
  const signOptions = options.deterministic === true ? { extraEntropy: false as const } : {};
  return {
    mlDsaPublicKey: publicKey as Bytes,
    signMlDsa: async (message) => ml_dsa65.sign(message, secretKey, signOptions) as Bytes,
  };
}
