import { toBase64 } from "../shared/base64.ts";
import { type Bytes, concatBytes } from "../shared/bytes.ts";
import { nodeCrypto } from "./node-crypto.ts";

/** One implementation of X25519 (RFC 7748); all give the same bytes. */
export type X25519 = (scalar: Bytes, point: Bytes) => Promise<Bytes>;

/** The u-coordinate of the base point: with it, X25519 gives a scalar's public key. */
export const basePoint: Bytes = new Uint8Array(32);
basePoint[0] = 9;

/** DER prefix of a PKCS #8 X25519 private key (RFC 8410 §7); the scalar follows. */
const pkcs8Prefix = new Uint8Array([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 110, 4, 34, 4, 32]);
const algorithm = { name: "X25519" };

/** Fetched by those alone whose platform has no X25519. */
export const softwareX25519: X25519 = async (scalar, point) => {
  const { x25519 } = await import("@noble/curves/ed25519.js");
  return x25519.getSharedSecret(scalar, point) as Bytes;
};

export const webCryptoX25519: X25519 = (scalar, point) =>
  withDer(scalar, async (der) => {
    const [privateKey, publicKey] = await Promise.all([
      crypto.subtle.importKey("pkcs8", der, algorithm, false, ["deriveBits"]),
      crypto.subtle.importKey("raw", point, algorithm, true, []),
    ]);
    return new Uint8Array(
      await crypto.subtle.deriveBits({ ...algorithm, public: publicKey }, privateKey, 256),
    );
  });

export const nodeX25519: X25519 | undefined = nodeCrypto && makeNodeX25519(nodeCrypto);

function makeNodeX25519(node: NonNullable<typeof nodeCrypto>): X25519 {
  return (scalar, point) =>
    withDer(scalar, async (der) => {
      const privateKey = node.createPrivateKey({
        // Node takes any Uint8Array here; naming Buffer would draw its polyfill into browser bundles.
        key: der as unknown as string,
        format: "der",
        type: "pkcs8",
      });
      const x = toBase64(point).replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
      const publicKey = node.createPublicKey({ key: { kty: "OKP", crv: "X25519", x }, format: "jwk" });
      return new Uint8Array(node.diffieHellman({ privateKey, publicKey }));
    });
}

let native: Promise<boolean> | undefined;

function hasNativeX25519(): Promise<boolean> {
  native ??= crypto.subtle.generateKey(algorithm, false, ["deriveBits"]).then(
    () => true,
    () => false,
  );
  return native;
}

/**
 * 32 bytes from a 32-byte scalar and a 32-byte point, by the fastest that this platform has.
 * @throws where the result is zero: the point has a small order
 */
export async function x25519(scalar: Bytes, point: Bytes): Promise<Bytes> {
  const compute = nodeX25519 ?? ((await hasNativeX25519()) ? webCryptoX25519 : softwareX25519);
  return compute(scalar, point);
}

async function withDer<T>(scalar: Bytes, use: (der: Bytes) => Promise<T>): Promise<T> {
  const der = concatBytes(pkcs8Prefix, scalar);
  try {
    return await use(der);
  } finally {
    der.fill(0);
  }
}
