import { ed25519 } from "@noble/curves/ed25519.js";
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js";
import { type Bytes, concatBytes, copyBytes } from "../shared/bytes.ts";
import { toHex } from "../shared/hex.ts";

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

const keysKept = 2048;

/** Imported public keys by their bytes, so that the second verification of a key costs no import. */
class ImportedKeys {
  readonly #keys = new Map<string, Promise<CryptoKey>>();
  readonly #import: (publicKey: Bytes) => Promise<CryptoKey>;

  constructor(importKey: (publicKey: Bytes) => Promise<CryptoKey>) {
    this.#import = importKey;
  }

  get(publicKey: Bytes): Promise<CryptoKey> {
    const name = toHex(publicKey);
    let key = this.#keys.get(name);
    if (key === undefined) {
      key = this.#import(publicKey);
      if (this.#keys.size >= keysKept) this.#keys.delete(this.#keys.keys().next().value as string);
      this.#keys.set(name, key);
      key.catch(() => this.#keys.delete(name));
    }
    return key;
  }
}

const ed25519Keys = new ImportedKeys((publicKey) =>
  crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, true, ["verify"]),
);

let nativeEd25519: Promise<boolean> | undefined;

/** Whether this platform's WebCrypto has Ed25519. */
export function hasNativeEd25519(): Promise<boolean> {
  nativeEd25519 ??= crypto.subtle
    .importKey("raw", ed25519.Point.BASE.toBytes() as Bytes, { name: "Ed25519" }, true, ["verify"])
    .then(
      () => true,
      () => false,
    );
  return nativeEd25519;
}

/** False for every malformed key or signature; never throws. RFC 8032 verification, native where possible. */
export async function verifyEd25519(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    if (!(await hasNativeEd25519())) return ed25519.verify(signature, message, publicKey, { zip215: false });
    return await crypto.subtle.verify(
      { name: "Ed25519" },
      await ed25519Keys.get(publicKey),
      signature,
      message,
    );
  } catch {
    return false;
  }
}

const mlDsa = { name: "ML-DSA-65" };
// The "raw-public" format of the Modern Algorithms draft is not in TypeScript's library yet.
const rawPublic = "raw-public" as "raw";

const mlDsaKeys = new ImportedKeys((publicKey) =>
  crypto.subtle.importKey(rawPublic, publicKey, mlDsa, true, ["verify"]),
);

let nativeMlDsa: Promise<boolean> | undefined;

/** Whether this platform's WebCrypto has ML-DSA-65 (Chromium 156 has, Node 20 has not). */
export function hasNativeMlDsa65(): Promise<boolean> {
  nativeMlDsa ??= crypto.subtle.generateKey(mlDsa, false, ["sign", "verify"]).then(
    () => true,
    () => false,
  );
  return nativeMlDsa;
}

/** False for every malformed key or signature; never throws. */
export async function verifyMlDsa65(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  if (publicKey.length !== 1952 || signature.length !== 3309) return false;
  try {
    if (!(await hasNativeMlDsa65())) return ml_dsa65.verify(signature, message, publicKey);
    return await crypto.subtle.verify(mlDsa, await mlDsaKeys.get(publicKey), signature, message);
  } catch {
    return false;
  }
}

/** Signs with a WebCrypto Ed25519 private key; `publicKey` is the raw 32 bytes that belong to it. */
export function createWebCryptoSigner(privateKey: CryptoKey, publicKey: Bytes): Signer {
  return {
    ed25519PublicKey: publicKey,
    sign: async (message) =>
      new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, privateKey, message)),
  };
}

/** DER prefix of a PKCS #8 Ed25519 private key (RFC 8410 §7); the 32-byte seed follows. */
const pkcs8Prefix = new Uint8Array([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]);

/**
 * Signs with a 32-byte Ed25519 seed: imported into WebCrypto as non-extractable where that has Ed25519,
 * else with noble on a copy of the seed.
 */
export async function createSeedSigner(seed: Uint8Array): Promise<Signer> {
  const publicKey = ed25519.getPublicKey(seed) as Bytes;
  if (!(await hasNativeEd25519())) {
    const kept = copyBytes(seed);
    return { ed25519PublicKey: publicKey, sign: async (message) => ed25519.sign(message, kept) as Bytes };
  }
  const der = concatBytes(pkcs8Prefix, seed);
  const key = await crypto.subtle.importKey("pkcs8", der, { name: "Ed25519" }, false, ["sign"]);
  der.fill(0);
  return createWebCryptoSigner(key, publicKey);
}

/** ML-DSA-65 part of a dual signer from a 32-byte seed. `deterministic` is for test vectors (FIPS 204 §3.4). */
export function createMlDsaSigner(
  seed: Uint8Array,
  options: { deterministic?: boolean } = {},
): Pick<DualSigner, "mlDsaPublicKey" | "signMlDsa"> {
  const { secretKey, publicKey } = ml_dsa65.keygen(seed);
  const signOptions = options.deterministic === true ? { extraEntropy: false as const } : {};
  return {
    mlDsaPublicKey: publicKey as Bytes,
    signMlDsa: async (message) => ml_dsa65.sign(message, secretKey, signOptions) as Bytes,
  };
}
