import { toBase64 } from "../shared/base64.ts";
import { type Bytes, concatBytes, copyBytes, equalBytes } from "../shared/bytes.ts";
import { KeyCache } from "./key-cache.ts";
import { nodeCrypto } from "./node-crypto.ts";

/** One implementation of Ed25519 (RFC 8032, the equation without cofactor); all give the same bytes and answers. */
export interface Ed25519Backend {
  /** May throw on a malformed key. */
  verify(publicKey: Bytes, message: Bytes, signature: Bytes): boolean | Promise<boolean>;
  /** A signing function for a 32-byte seed, which may be zeroed afterwards. */
  importSeed(seed: Uint8Array): Promise<(message: Bytes) => Promise<Bytes>>;
}

/** DER prefix of a PKCS #8 Ed25519 private key (RFC 8410 §7); the seed follows. */
const pkcs8Prefix = new Uint8Array([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]);

/** In JavaScript, fetched by those alone who need it: a platform without Ed25519, a seed without its public key. */
async function loadNoble() {
  return (await import("@noble/curves/ed25519.js")).ed25519;
}

export const nobleEd25519: Ed25519Backend = {
  async verify(publicKey, message, signature) {
    const noble = await loadNoble();
    return (
      noble.verify(signature, message, publicKey, { zip215: false }) &&
      (await holdsWithoutCofactor(noble, publicKey, message, signature))
    );
  },
  async importSeed(seed) {
    const kept = copyBytes(seed);
    const { sign } = await loadNoble();
    return async (message) => sign(message, kept) as Bytes;
  },
};

/**
 * R = S·B − k·A, by its encoding, as platforms check it. The library multiplies both sides by the cofactor: a signer with a
 * key of mixed order could make signatures that hold there and nowhere else.
 */
async function holdsWithoutCofactor(
  { Point }: Awaited<ReturnType<typeof loadNoble>>,
  publicKey: Bytes,
  message: Bytes,
  signature: Bytes,
): Promise<boolean> {
  const { sha512 } = await import("@noble/hashes/sha2.js");
  const { Fn, BASE } = Point;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  const k = littleEndian(sha512(concatBytes(r, publicKey, message))) % Fn.ORDER;
  // Of public values alone: nothing to hide in the time it takes.
  const right = BASE.multiplyUnsafe(s).subtract(Point.fromBytes(publicKey).multiplyUnsafe(k));
  return equalBytes(right.toBytes(), r);
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** The 32-byte public key of a 32-byte seed. */
export async function ed25519PublicKey(seed: Uint8Array): Promise<Bytes> {
  return (await loadNoble()).getPublicKey(seed) as Bytes;
}

const webCryptoKeys = new KeyCache((publicKey) =>
  crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, true, ["verify"]),
);

export const webCryptoEd25519: Ed25519Backend = {
  verify: async (publicKey, message, signature) =>
    crypto.subtle.verify({ name: "Ed25519" }, await webCryptoKeys.get(publicKey), signature, message),
  importSeed: (seed) =>
    withDer(seed, async (der) => {
      const key = await crypto.subtle.importKey("pkcs8", der, { name: "Ed25519" }, false, ["sign"]);
      return signWithHandle(key);
    }),
};

export const nodeEd25519: Ed25519Backend | undefined = nodeCrypto && makeNodeBackend(nodeCrypto);

function makeNodeBackend(node: NonNullable<typeof nodeCrypto>): Ed25519Backend {
  const keys = new KeyCache((publicKey) => {
    const x = toBase64(publicKey).replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
    return node.createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  });
  return {
    verify: (publicKey, message, signature) => node.verify(null, message, keys.get(publicKey), signature),
    importSeed: (seed) =>
      withDer(seed, async (der) => {
        // Node takes any Uint8Array here; naming Buffer would draw its polyfill into browser bundles.
        const key = node.createPrivateKey({ key: der as unknown as string, format: "der", type: "pkcs8" });
        return async (message) => new Uint8Array(node.sign(null, message, key));
      }),
  };
}

/** Signs with a WebCrypto private key, which stays where it is. */
export function signWithHandle(key: CryptoKey): (message: Bytes) => Promise<Bytes> {
  if (nodeCrypto !== undefined) {
    const { sign, KeyObject } = nodeCrypto;
    const object = KeyObject.from(key as Parameters<typeof KeyObject.from>[0]);
    return async (message) => new Uint8Array(sign(null, message, object));
  }
  return async (message) => new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, key, message));
}

let native: Promise<boolean> | undefined;

/** Whether this platform's WebCrypto has Ed25519. */
export function hasNativeEd25519(): Promise<boolean> {
  native ??= crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]).then(
    () => true,
    () => false,
  );
  return native;
}

/** The fastest that this platform has. */
export async function chooseEd25519(): Promise<Ed25519Backend> {
  return nodeEd25519 ?? ((await hasNativeEd25519()) ? webCryptoEd25519 : nobleEd25519);
}

async function withDer<T>(seed: Uint8Array, use: (der: Bytes) => Promise<T>): Promise<T> {
  const der = concatBytes(pkcs8Prefix, seed);
  try {
    return await use(der);
  } finally {
    der.fill(0);
  }
}
