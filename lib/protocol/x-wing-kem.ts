import { KemId, type KemInterface } from "@hpke/core";
import type { Bytes } from "../shared/bytes.ts";
import { xWingDecapsulate, xWingEncapsulate } from "./x-wing.ts";

/** A key as the HPKE library hands it about unread: its bytes (a private key's seed), with no WebCrypto behind them. */
interface PlainKey extends CryptoKey {
  readonly bytes: Bytes;
}

const sizes = { public: 1216, private: 32 } as const;

/** Lends the library a key; the bytes stay the caller's. @throws RangeError when it has another length */
export function toKey(bytes: Bytes, type: keyof typeof sizes): CryptoKey {
  if (bytes.length !== sizes[type]) throw new RangeError(`a ${type} key of X-Wing has ${sizes[type]} bytes`);
  const key: PlainKey = { bytes, type, extractable: true, algorithm: { name: "X-Wing" }, usages: [] };
  return key;
}

function bytesOf(key: CryptoKey | CryptoKeyPair): Bytes {
  if ("privateKey" in key) throw new TypeError("one key of X-Wing is needed, not a pair");
  return (key as PlainKey).bytes;
}

/** What the library calls for no mode in use here: keys are made and kept as bytes. */
async function unused(): Promise<never> {
  throw new TypeError("X-Wing keys are bytes here");
}

/** X-Wing as HPKE's key encapsulation (0x647a), in mode_base and mode_psk. */
export const xWingKem: KemInterface = {
  id: KemId.XWing,
  secretSize: 32,
  encSize: 1120,
  publicKeySize: sizes.public,
  privateKeySize: sizes.private,
  async encap({ recipientPublicKey, ekm }) {
    const randomness = ekm instanceof ArrayBuffer ? new Uint8Array(ekm) : undefined;
    const { shared, ciphertext } = await xWingEncapsulate(bytesOf(recipientPublicKey), randomness);
    return { sharedSecret: shared.buffer, enc: ciphertext.buffer };
  },
  decap: async ({ recipientKey, enc }) =>
    (await xWingDecapsulate(bytesOf(recipientKey), new Uint8Array(enc as ArrayBuffer))).buffer,
  serializePublicKey: unused,
  serializePrivateKey: unused,
  deserializePublicKey: unused,
  deserializePrivateKey: unused,
  importKey: unused,
  generateKeyPair: unused,
  deriveKeyPair: unused,
};
