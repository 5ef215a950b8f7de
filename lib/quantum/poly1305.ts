import type { Bytes } from "../shared/bytes.ts";

const limb = 2 ** 22;
const perLimb = 2 ** -22;
const lowBits = 0x3fffff;
/** 2^132 modulo 2^130 − 5. */
const wrap = 20;

/**
 * Poly1305 (RFC 8439, section 2.5) with numbers of six limbs of 22 bits held as doubles: no product or sum of them
 * reaches 2^53, so all is exact, and it is about twice as fast in JavaScript as small integer limbs.
 */
export class Poly1305 {
  readonly #r = new Float64Array(6);
  readonly #sum = new Float64Array(6);
  readonly #mask: Bytes;
  readonly #pending = new Uint8Array(16);
  #held = 0;

  /** `key`: 16 bytes for the polynomial, which are clamped, and 16 for the mask; both are copied. */
  constructor(key: Uint8Array) {
    const clamped = key.slice(0, 16);
    for (const at of [3, 7, 11, 15]) clamped[at] = (clamped[at] as number) & 15;
    for (const at of [4, 8, 12]) clamped[at] = (clamped[at] as number) & 252;
    readLimbs(clamped, 0, this.#r);
    clamped.fill(0);
    this.#mask = key.slice(16, 32);
  }

  update(data: Uint8Array): void {
    let at = 0;
    if (this.#held > 0) {
      at = Math.min(16 - this.#held, data.length);
      this.#pending.set(data.subarray(0, at), this.#held);
      this.#held += at;
      if (this.#held < 16) return;
      absorb(this.#pending, 0, 16, this.#r, this.#sum);
      this.#held = 0;
    }
    const end = data.length - ((data.length - at) & 15);
    absorb(data, at, end, this.#r, this.#sum);
    this.#pending.set(data.subarray(end));
    this.#held = data.length - end;
  }

  /** The tag; the state is zeroed. */
  digest(): Bytes {
    if (this.#held > 0) {
      const last = new Uint8Array(32);
      last.set(this.#pending.subarray(0, this.#held));
      last[this.#held] = 1;
      // The mark of the end stands in the data here, not above it: take back what absorb adds at 2^128.
      const sum = this.#sum;
      sum[5] = (sum[5] as number) - 2 ** 18;
      absorb(last, 0, 16, this.#r, sum);
      last.fill(0);
    }
    const tag = finish(this.#sum, this.#mask);
    this.#r.fill(0);
    this.#sum.fill(0);
    this.#mask.fill(0);
    this.#pending.fill(0);
    return tag;
  }
}

export function poly1305(data: Uint8Array, key: Uint8Array): Bytes {
  const hash = new Poly1305(key);
  hash.update(data);
  return hash.digest();
}

/** sum ← (sum + block + 2^128)·r for each whole block of 16 bytes from `from` to `to`. */
function absorb(data: Uint8Array, from: number, to: number, r: Float64Array, sum: Float64Array): void {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const [r0 = 0, r1 = 0, r2 = 0, r3 = 0, r4 = 0, r5 = 0] = r;
  const [s1, s2, s3, s4, s5] = [wrap * r1, wrap * r2, wrap * r3, wrap * r4, wrap * r5];
  let [h0 = 0, h1 = 0, h2 = 0, h3 = 0, h4 = 0, h5 = 0] = sum;
  for (let at = from; at < to; at += 16) {
    const a = view.getUint32(at, true);
    const b = view.getUint32(at + 4, true);
    const c = view.getUint32(at + 8, true);
    const d = view.getUint32(at + 12, true);
    h0 += a & lowBits;
    h1 += ((a >>> 22) | (b << 10)) & lowBits;
    h2 += ((b >>> 12) | (c << 20)) & lowBits;
    h3 += (c >>> 2) & lowBits;
    h4 += ((c >>> 24) | (d << 8)) & lowBits;
    h5 += (d >>> 14) | 0x40000;
    let d0 = h0 * r0 + h1 * s5 + h2 * s4 + h3 * s3 + h4 * s2 + h5 * s1;
    let d1 = h0 * r1 + h1 * r0 + h2 * s5 + h3 * s4 + h4 * s3 + h5 * s2;
    let d2 = h0 * r2 + h1 * r1 + h2 * r0 + h3 * s5 + h4 * s4 + h5 * s3;
    let d3 = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s5 + h5 * s4;
    let d4 = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0 + h5 * s5;
    let d5 = h0 * r5 + h1 * r4 + h2 * r3 + h3 * r2 + h4 * r1 + h5 * r0;
    let carry = Math.floor(d0 * perLimb);
    d0 -= carry * limb;
    d1 += carry;
    carry = Math.floor(d1 * perLimb);
    h1 = d1 - carry * limb;
    d2 += carry;
    carry = Math.floor(d2 * perLimb);
    h2 = d2 - carry * limb;
    d3 += carry;
    carry = Math.floor(d3 * perLimb);
    h3 = d3 - carry * limb;
    d4 += carry;
    carry = Math.floor(d4 * perLimb);
    h4 = d4 - carry * limb;
    d5 += carry;
    carry = Math.floor(d5 * perLimb);
    h5 = d5 - carry * limb;
    d0 += carry * wrap;
    carry = Math.floor(d0 * perLimb);
    h0 = d0 - carry * limb;
    h1 += carry;
  }
  sum.set([h0, h1, h2, h3, h4, h5]);
}

function readLimbs(bytes: Uint8Array, at: number, limbs: Float64Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const a = view.getUint32(at, true);
  const b = view.getUint32(at + 4, true);
  const c = view.getUint32(at + 8, true);
  const d = view.getUint32(at + 12, true);
  limbs[0] = a & lowBits;
  limbs[1] = ((a >>> 22) | (b << 10)) & lowBits;
  limbs[2] = ((b >>> 12) | (c << 20)) & lowBits;
  limbs[3] = (c >>> 2) & lowBits;
  limbs[4] = ((c >>> 24) | (d << 8)) & lowBits;
  limbs[5] = d >>> 14;
}

/** The sum modulo 2^130 − 5, plus the mask modulo 2^128. */
function finish(sum: Float64Array, mask: Uint8Array): Bytes {
  for (let round = 0; round < 3; round++) carryThrough(sum, 5);
  const plus5 = sum.slice();
  plus5[0] = (plus5[0] as number) + 5;
  // A sum of at least 2^130 − 5 loses 2^130 − 5 here and keeps its value otherwise.
  const over = carryThrough(plus5, 0);
  for (let i = 0; i < 6; i++)
    sum[i] = (sum[i] as number) + over * ((plus5[i] as number) - (sum[i] as number));
  const [h0 = 0, h1 = 0, h2 = 0, h3 = 0, h4 = 0, h5 = 0] = sum;
  const words = [
    h0 | (h1 << 22),
    (h1 >>> 10) | (h2 << 12),
    (h2 >>> 20) | (h3 << 2) | (h4 << 24),
    (h4 >>> 8) | (h5 << 14),
  ];
  const tag = new Uint8Array(16);
  const view = new DataView(tag.buffer);
  const masks = new DataView(mask.buffer, mask.byteOffset, 16);
  let carry = 0;
  words.forEach((word, i) => {
    const total = (word >>> 0) + masks.getUint32(4 * i, true) + carry;
    view.setUint32(4 * i, total >>> 0, true);
    carry = total >= 2 ** 32 ? 1 : 0;
  });
  plus5.fill(0);
  return tag;
}

/** Carries every limb; what passes 2^130 is taken off, comes back at the bottom `fold` times, and is returned. */
function carryThrough(sum: Float64Array, fold: number): number {
  let carry = 0;
  for (let i = 0; i < 6; i++) {
    const size = i === 5 ? 2 ** 20 : limb;
    const value = (sum[i] as number) + carry;
    carry = Math.floor(value / size);
    sum[i] = value - carry * size;
  }
  sum[0] = (sum[0] as number) + fold * carry;
  return carry;
}
