import { chacha20 } from "@noble/ciphers/chacha.js";
import type { Bytes } from "../shared/bytes.ts";

const poolBytes = 65536;

/** Where every random choice of a block comes from. Works in browsers, Node and worker threads. */
export interface RandomSource {
  /** True for a replay from a seed: its key must never protect anything. */
  readonly seeded: boolean;
  bytes(length: number): Bytes;
  fill(target: Uint8Array): void;
  /** Uniform in 0..2^32 − 1. */
  uint32(): number;
  /** Uniform in [0, 1) with 53 bits. */
  double(): number;
}

/** Pooled randomness. What was handed out is zeroed in the pool, so that a later look at it tells nothing. */
class PooledRandom implements RandomSource {
  readonly seeded: boolean;
  readonly #refill: (target: Uint8Array<ArrayBuffer>) => void;
  readonly #pool = new Uint8Array(poolBytes);
  readonly #words = new DataView(this.#pool.buffer);
  #next = poolBytes;

  constructor(seeded: boolean, refill: (target: Uint8Array<ArrayBuffer>) => void) {
    this.seeded = seeded;
    this.#refill = refill;
  }

  bytes(length: number): Bytes {
    const bytes = new Uint8Array(length);
    this.fill(bytes);
    return bytes;
  }

  fill(target: Uint8Array): void {
    let offset = 0;
    while (offset < target.length) {
      if (this.#next === poolBytes) this.#renew();
      const take = Math.min(target.length - offset, poolBytes - this.#next);
      target.set(this.#pool.subarray(this.#next, this.#next + take), offset);
      this.#pool.fill(0, this.#next, this.#next + take);
      this.#next += take;
      offset += take;
    }
  }

  uint32(): number {
    if (this.#next + 4 > poolBytes) this.#renew();
    const word = this.#words.getUint32(this.#next, true);
    this.#words.setUint32(this.#next, 0);
    this.#next += 4;
    return word;
  }

  double(): number {
    return ((this.uint32() >>> 5) * 0x4000000 + (this.uint32() >>> 6)) / 0x20000000000000;
  }

  #renew(): void {
    this.#refill(this.#pool);
    this.#next = 0;
  }
}

/** The platform's CSPRNG, asked for 64 KiB at a time. */
export function createSystemRandom(): RandomSource {
  return new PooledRandom(false, (target) => {
    crypto.getRandomValues(target);
  });
}

/** ChaCha20 (RFC 8439) of a 32-byte seed: the same block again, for replays and tests. Labelled by `seeded`. */
export function createSeededRandom(seed: Uint8Array): RandomSource {
  const key = new Uint8Array(32);
  key.set(seed.subarray(0, 32));
  const zeros = new Uint8Array(poolBytes);
  const nonce = new Uint8Array(12);
  const counter = new DataView(nonce.buffer);
  let blocks = 0;
  return new PooledRandom(true, (target) => {
    counter.setUint32(0, blocks++, true);
    chacha20(key, nonce, zeros, target);
  });
}
