import type { Bytes } from "../shared/bytes.ts";
import { rawPublicFormat } from "./ml-dsa.ts";

/** One implementation of ML-KEM-768 (FIPS 203); all give the same bytes. A private key is its seed d ‖ z, 64 bytes. */
export interface MlKem {
  /** 1,184 bytes. */
  publicKeyOf(seed: Bytes): Promise<Bytes>;
  /** `shared` has 32 bytes, `ciphertext` 1,088. @throws on a malformed key */
  encapsulate(publicKey: Bytes): Promise<{ readonly shared: Bytes; readonly ciphertext: Bytes }>;
  /** 32 bytes; of a ciphertext that was altered, others than the sender's. */
  decapsulate(seed: Bytes, ciphertext: Bytes): Promise<Bytes>;
}

/** What WebCrypto's Modern Algorithms draft adds, which TypeScript's library does not know yet. */
interface SubtleWithKem {
  getPublicKey(key: CryptoKey, usages: readonly string[]): Promise<CryptoKey>;
  encapsulateBits(
    name: object,
    key: CryptoKey,
  ): Promise<{ readonly sharedKey: ArrayBuffer; readonly ciphertext: ArrayBuffer }>;
  decapsulateBits(name: object, key: CryptoKey, ciphertext: Bytes): Promise<ArrayBuffer>;
}

const algorithm = { name: "ML-KEM-768" };
const rawSeedFormat = "raw-seed" as "raw";
const [encapsulates, decapsulates] = ["encapsulateBits", "decapsulateBits"] as unknown as KeyUsage[];

/** Fetched by those alone whose platform has no ML-KEM. `coins` (32 bytes) are for test vectors only. */
export const softwareMlKem = {
  async publicKeyOf(seed: Bytes) {
    return (await load()).keygen(seed).publicKey as Bytes;
  },
  async encapsulate(publicKey: Bytes, coins?: Bytes) {
    const { sharedSecret, cipherText } = (await load()).encapsulate(publicKey, coins);
    return { shared: sharedSecret as Bytes, ciphertext: cipherText as Bytes };
  },
  async decapsulate(seed: Bytes, ciphertext: Bytes) {
    const kem = await load();
    const { secretKey } = kem.keygen(seed);
    try {
      return kem.decapsulate(ciphertext, secretKey) as Bytes;
    } finally {
      secretKey.fill(0);
    }
  },
} satisfies MlKem;

async function load() {
  return (await import("@noble/post-quantum/ml-kem.js")).ml_kem768;
}

const webCryptoMlKem: MlKem = {
  async publicKeyOf(seed) {
    const { subtle } = crypto;
    const key = await (subtle as unknown as SubtleWithKem).getPublicKey(await importSeed(seed), [
      "encapsulateBits",
    ]);
    return new Uint8Array(await subtle.exportKey(rawPublicFormat, key));
  },
  async encapsulate(publicKey) {
    const { subtle } = crypto;
    const key = await subtle.importKey(rawPublicFormat, publicKey, algorithm, true, [
      encapsulates as KeyUsage,
    ]);
    const made = await (subtle as unknown as SubtleWithKem).encapsulateBits(algorithm, key);
    return { shared: new Uint8Array(made.sharedKey), ciphertext: new Uint8Array(made.ciphertext) };
  },
  async decapsulate(seed, ciphertext) {
    const key = await importSeed(seed);
    return new Uint8Array(
      await (crypto.subtle as unknown as SubtleWithKem).decapsulateBits(algorithm, key, ciphertext),
    );
  },
};

function importSeed(seed: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey(rawSeedFormat, seed, algorithm, false, [decapsulates as KeyUsage]);
}

let chosen: Promise<MlKem> | undefined;

/** This platform's own where it has ML-KEM-768 (Chromium 156 has, Node 20 has not). */
export function chooseMlKem(): Promise<MlKem> {
  chosen ??= crypto.subtle
    .generateKey(algorithm, false, [encapsulates as KeyUsage, decapsulates as KeyUsage])
    .then(
      () => webCryptoMlKem,
      () => softwareMlKem,
    );
  return chosen;
}
