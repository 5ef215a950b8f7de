import { type Bytes, concatBytes, utf8 } from "../../shared/bytes.ts";
import { MessengerError } from "../messenger-error.ts";

/**
 * Encrypts rows under a non-extractable AES-256-GCM key: 12 random nonce bytes, then ciphertext and tag; table and
 * row name are additional data, so that a row copied to another place does not open.
 */
export class RowCipher {
  readonly #key: CryptoKey;

  constructor(key: CryptoKey) {
    this.#key = key;
  }

  static async makeKey(): Promise<CryptoKey> {
    return await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  }

  async seal(row: string, value: Bytes): Promise<Bytes> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const algorithm = { name: "AES-GCM", iv, additionalData: utf8(row) };
    return concatBytes(iv, new Uint8Array(await crypto.subtle.encrypt(algorithm, this.#key, value)));
  }

  /** @throws MessengerError "store.corrupt". */
  async open(row: string, sealed: Bytes): Promise<Bytes> {
    const algorithm = { name: "AES-GCM", iv: sealed.slice(0, 12), additionalData: utf8(row) };
    try {
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, this.#key, sealed.subarray(12)));
    } catch (cause) {
      throw new MessengerError("store.corrupt", "a row of the device store does not open", {
        cause,
        nextStep: "Forget this device on this computer and enrol again.",
      });
    }
  }
}
