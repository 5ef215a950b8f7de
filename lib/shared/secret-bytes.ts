import type { Bytes } from "./bytes.ts";

const hidden = "[secret]";

/**
 * Key bytes that zero themselves and refuse to be printed, serialised or cloned by accident.
 * Whoever holds one is its owner: use it once, then `destroy()`. Zeroing is best effort in JavaScript
 * (an engine may have moved the buffer before); docs/THREAT-MODEL.md says so.
 */
export class SecretBytes {
  #bytes: Bytes | undefined;

  private constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  /** Takes ownership of `bytes`: the caller must not keep or change them. */
  static own(bytes: Bytes): SecretBytes {
    return new SecretBytes(bytes);
  }

  /** Copies `bytes`; the caller still has to zero the original. */
  static copyOf(bytes: Uint8Array): SecretBytes {
    const copy = new Uint8Array(bytes.length);
    copy.set(bytes);
    return new SecretBytes(copy);
  }

  static random(length: number): SecretBytes {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i += 65536) crypto.getRandomValues(bytes.subarray(i, i + 65536));
    return new SecretBytes(bytes);
  }

  get length(): number {
    return this.reveal().length;
  }

  get destroyed(): boolean {
    return this.#bytes === undefined;
  }

  /**
   * The bytes themselves, not a copy: valid until `destroy()`.
   * @throws Error once destroyed.
   */
  reveal(): Bytes {
    if (this.#bytes === undefined) throw new Error("secret bytes were already destroyed");
    return this.#bytes;
  }

  /** Hands the bytes to `use` and destroys them afterwards, whatever happens. */
  consume<T>(use: (bytes: Bytes) => T): T {
    try {
      return use(this.reveal());
    } finally {
      this.destroy();
    }
  }

  /** Zeroes the bytes. A second call does nothing. */
  destroy(): void {
    this.#bytes?.fill(0);
    this.#bytes = undefined;
  }

  toString(): string {
    return hidden;
  }

  /** @throws TypeError always: key bytes have no business in JSON. */
  toJSON(): never {
    throw new TypeError("secret bytes cannot be serialised");
  }

  [Symbol.toPrimitive](): string {
    return hidden;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return hidden;
  }
}
