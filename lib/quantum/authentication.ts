import type { Bytes } from "../shared/bytes.ts";
import { equalSecret } from "../shared/equal-secret.ts";
import { Poly1305 } from "./poly1305.ts";

const polynomialKeyBytes = 16;
const maskBytes = 16;

/** Tags in each direction: after estimation, after reconciliation, after amplification. */
const checkpoints = 3;

/** Shared key that one block may spend at each end: one polynomial key and one mask per tag, for both directions. */
export const authenticationBytesPerBlock = 2 * (polynomialKeyBytes + checkpoints * maskBytes);

export type EndName = "alice" | "bob";

/**
 * Wegman-Carter authentication of everything one end says to the other, in order: Poly1305 with a secret key per
 * block and direction, and a one-time mask per tag. A tag covers all messages since the one before. Both ends hold
 * a copy of the same key and spend it in the same order. A forgery passes with at most 8⌈L/16⌉·2^-106 (Bernstein
 * 2005) for L bytes under a tag. Shorter tags exist for the experiment that counts successful forgeries.
 */
export class Authenticator {
  readonly #key: Uint8Array;
  readonly #tagBytes: number;
  readonly #keys: Readonly<Record<EndName, Bytes>>;
  readonly #said: Record<EndName, Uint8Array[]> = { alice: [], bob: [] };
  #spent = 0;
  #epsilon = 0;

  /** Reads `key` and leaves it to the caller to zero it. */
  constructor(key: Uint8Array, tagBytes = maskBytes) {
    this.#key = key;
    this.#tagBytes = tagBytes;
    this.#keys = { alice: this.#spend(polynomialKeyBytes), bob: this.#spend(polynomialKeyBytes) };
  }

  get spentBytes(): number {
    return this.#spent;
  }

  /** Sum over both directions of the probability that a forged message was accepted. */
  get epsilon(): number {
    return this.#epsilon;
  }

  /** Notes a message that `from` said, as this end sent or received it. */
  note(from: EndName, kind: number, body: Uint8Array): void {
    const header = new Uint8Array(8);
    new DataView(header.buffer).setUint32(0, body.length);
    header[4] = kind;
    this.#said[from].push(header, body);
  }

  /** The tag over what `from` said since its last tag. Both ends call this for alice first and then for bob. */
  tag(from: EndName): Bytes {
    const key = new Uint8Array(32);
    key.set(this.#keys[from]);
    const mask = this.#spend(maskBytes);
    key.set(mask, polynomialKeyBytes);
    const hash = new Poly1305(key);
    let length = 0;
    for (const part of this.#said[from]) {
      hash.update(part);
      length += part.length;
    }
    const tag = hash.digest();
    this.#said[from] = [];
    this.#epsilon += forgeryBound(length);
    key.fill(0);
    mask.fill(0);
    return tag.subarray(0, this.#tagBytes);
  }

  /** True when the tag that arrived is the one this end computes over what it received. */
  accepts(from: EndName, tag: Uint8Array): boolean {
    return equalSecret(this.tag(from), tag);
  }

  destroy(): void {
    this.#keys.alice.fill(0);
    this.#keys.bob.fill(0);
    this.#said.alice = [];
    this.#said.bob = [];
  }

  #spend(length: number): Bytes {
    const part = new Uint8Array(length);
    part.set(this.#key.subarray(this.#spent, this.#spent + length));
    this.#spent += length;
    return part;
  }
}

/** Collision bound of Poly1305 for `length` bytes. */
export function forgeryBound(length: number): number {
  return 8 * Math.ceil(Math.max(1, length) / 16) * 2 ** -106;
}
