import type { Bytes } from "../shared/bytes.ts";
import { toHex } from "../shared/hex.ts";

const keysKept = 2048;

/** Imported public keys by their bytes: the second verification under a key costs no import. */
export class KeyCache<T> {
  readonly #keys = new Map<string, T>();
  readonly #import: (publicKey: Bytes) => T;

  constructor(importKey: (publicKey: Bytes) => T) {
    this.#import = importKey;
  }

  get(publicKey: Bytes): T {
    const name = toHex(publicKey);
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const key = this.#import(publicKey);
    if (this.#keys.size >= keysKept) this.#keys.delete(this.#keys.keys().next().value as string);
    this.#keys.set(name, key);
    return key;
  }
}
