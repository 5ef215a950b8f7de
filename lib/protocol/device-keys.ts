import type { Bytes } from "../shared/bytes.ts";
import { SecretBytes } from "../shared/secret-bytes.ts";
import { hasNativeEd25519 } from "./ed25519.ts";
import { hasNativeMlDsa65, rawPublicFormat, signMlDsaWithHandle } from "./ml-dsa.ts";
import { createMlDsaSigner, createSeedSigner, createWebCryptoSigner, type DualSigner } from "./signing.ts";

/** A private signing key as a device store keeps it: a non-extractable handle, or a 32-byte seed to be wrapped. */
export type StoredSigningKey =
  | { readonly kind: "handle"; readonly privateKey: CryptoKey; readonly publicKey: Bytes }
  | { readonly kind: "seed"; readonly seed: SecretBytes };

export interface DeviceSigningKeys {
  readonly ed25519: StoredSigningKey;
  readonly mlDsa: StoredSigningKey;
}

/**
 * "handles": non-extractable WebCrypto keys where the platform has the algorithm, else seeds. "seeds": always
 * seeds, for stores that cannot keep handles (Node's encrypted file).
 */
export async function generateDeviceSigningKeys(storage: "handles" | "seeds"): Promise<DeviceSigningKeys> {
  const handles = storage === "handles";
  const [nativeEd, nativeMl] = await Promise.all([hasNativeEd25519(), hasNativeMlDsa65()]);
  return {
    ed25519: handles && nativeEd ? await generateHandle("Ed25519", "raw") : newSeed(),
    mlDsa: handles && nativeMl ? await generateHandle("ML-DSA-65", rawPublicFormat) : newSeed(),
  };
}

/** The seeds are copied where needed; the caller may destroy them afterwards. */
export async function createDeviceSigner(keys: DeviceSigningKeys): Promise<DualSigner> {
  const one =
    keys.ed25519.kind === "handle"
      ? createWebCryptoSigner(keys.ed25519.privateKey, keys.ed25519.publicKey)
      : await createSeedSigner(keys.ed25519.seed.reveal());
  if (keys.mlDsa.kind === "seed") return { ...one, ...(await createMlDsaSigner(keys.mlDsa.seed.reveal())) };
  const { privateKey, publicKey } = keys.mlDsa;
  return {
    ...one,
    mlDsaPublicKey: publicKey,
    signMlDsa: signMlDsaWithHandle(privateKey),
  };
}

async function generateHandle(name: string, format: "raw"): Promise<StoredSigningKey> {
  const pair = (await crypto.subtle.generateKey({ name }, false, ["sign", "verify"])) as CryptoKeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey(format, pair.publicKey));
  return { kind: "handle", privateKey: pair.privateKey, publicKey };
}

function newSeed(): StoredSigningKey {
  return { kind: "seed", seed: SecretBytes.random(32) };
}
