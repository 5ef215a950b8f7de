import type { Bytes } from "../shared/bytes.ts";

const limb = 2 ** 22;
const perLimb = 2 ** -22;
const lowBits = 0x3fffff;
/** 2^132 modulo 2^130 − 5. */
const wrap = 20;
/** Added and taken off again, it rounds to a multiple of 2^22. */
const rounder = 1.5 * 2 ** 74;

/** A number modulo 2^130 − 5: six limbs of 22 bits, lowest first. */
type Limbs = Float64Array<ArrayBuffer>;

/**
 * Poly1305 (RFC 8439, section 2.5) with limbs held as doubles: no product or sum of them reaches 2^53, so all is exact,
 * and it is several times as fast in JavaScript as small integer limbs. Two blocks are absorbed together.
 */
export class Poly1305 {
  readonly #r: Limbs;
  readonly #square: Limbs;
  readonly #sum: Limbs = new Float64Array(6);
  readonly #mask: Bytes;
  readonly #pending = new Uint8Array(32);
  #held = 0;

  /** `key`: 16 bytes for the polynomial, which are clamped, and 16 for the mask; both are copied. */
  constructor(key: Uint8Array) {
    const clamped = key.slice(0, 16);
    for (const at of [3, 7, 11, 15]) clamped[at] = (clamped[at] as number) & 15;
    for (const at of [4, 8, 12]) clamped[at] = (clamped[at] as number) & 252;
    this.#r = limbsOf(clamped);
    this.#square = productOf(this.#r, this.#r);
    clamped.fill(0);
    this.#mask = key.slice(16, 32);
  }

  update(data: Uint8Array): void {
    let at = 0;
    if (this.#held > 0) {
      at = Math.min(32 - this.#held, data.length);
      this.#pending.set(data.subarray(0, at), this.#held);
      this.#held += at;
      if (this.#held < 32) return;
      absorbPairs(this.#pending, 0, 32, this.#r, this.#square, this.#sum);
      this.#held = 0;
    }
    const end = data.length - ((data.length - at) & 31);
    absorbPairs(data, at, end, this.#r, this.#square, this.#sum);
    this.#pending.set(data.subarray(end));
    this.#held = data.length - end;
  }

  /** The tag; the state is zeroed. */
  digest(): Bytes {
    for (let at = 0; at < this.#held; at += 16)
      absorbOne(this.#pending.subarray(at, Math.min(at + 16, this.#held)), this.#r, this.#sum);
    const tag = finish(this.#sum, this.#mask);
    this.#r.fill(0);
    this.#square.fill(0);
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

/**
 * sum ← (sum + first + 2^128)·r² + (second + 2^128)·r for each pair of blocks of 16 bytes from `from` to `to`. Limbs of
 * the sum end between −2^21 and 2^21 or a little beyond: no d reaches (2 + 1)·101·2^44, which is below 2^53.
 */
function absorbPairs(data: Uint8Array, from: number, to: number, r: Limbs, square: Limbs, sum: Limbs): void {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const [r0 = 0, r1 = 0, r2 = 0, r3 = 0, r4 = 0, r5 = 0] = r;
  const [s1, s2, s3, s4, s5] = [wrap * r1, wrap * r2, wrap * r3, wrap * r4, wrap * r5];
  const [q0 = 0, q1 = 0, q2 = 0, q3 = 0, q4 = 0, q5 = 0] = square;
  const [t1, t2, t3, t4, t5] = [wrap * q1, wrap * q2, wrap * q3, wrap * q4, wrap * q5];
  let [h0 = 0, h1 = 0, h2 = 0, h3 = 0, h4 = 0, h5 = 0] = sum;
  for (let at = from; at < to; at += 32) {
    let a = view.getUint32(at, true);
    let b = view.getUint32(at + 4, true);
    let c = view.getUint32(at + 8, true);
    let d = view.getUint32(at + 12, true);
    h0 += a & lowBits;
    h1 += ((a >>> 22) | (b << 10)) & lowBits;
    h2 += ((b >>> 12) | (c << 20)) & lowBits;
    h3 += (c >>> 2) & lowBits;
    h4 += ((c >>> 24) | (d << 8)) & lowBits;
    h5 += (d >>> 14) | 0x40000;
    let d0 = h0 * q0 + h1 * t5 + h2 * t4 + h3 * t3 + h4 * t2 + h5 * t1;
    let d1 = h0 * q1 + h1 * q0 + h2 * t5 + h3 * t4 + h4 * t3 + h5 * t2;
    let d2 = h0 * q2 + h1 * q1 + h2 * q0 + h3 * t5 + h4 * t4 + h5 * t3;
    let d3 = h0 * q3 + h1 * q2 + h2 * q1 + h3 * q0 + h4 * t5 + h5 * t4;
    let d4 = h0 * q4 + h1 * q3 + h2 * q2 + h3 * q1 + h4 * q0 + h5 * t5;
    let d5 = h0 * q5 + h1 * q4 + h2 * q3 + h3 * q2 + h4 * q1 + h5 * q0;
    a = view.getUint32(at + 16, true);
    b = view.getUint32(at + 20, true);
    c = view.getUint32(at + 24, true);
    d = view.getUint32(at + 28, true);
    h0 = a & lowBits;
    h1 = ((a >>> 22) | (b << 10)) & lowBits;
    h2 = ((b >>> 12) | (c << 20)) & lowBits;
    h3 = (c >>> 2) & lowBits;
    h4 = ((c >>> 24) | (d << 8)) & lowBits;
    h5 = (d >>> 14) | 0x40000;
    d0 += h0 * r0 + h1 * s5 + h2 * s4 + h3 * s3 + h4 * s2 + h5 * s1;
    d1 += h0 * r1 + h1 * r0 + h2 * s5 + h3 * s4 + h4 * s3 + h5 * s2;
    d2 += h0 * r2 + h1 * r1 + h2 * r0 + h3 * s5 + h4 * s4 + h5 * s3;
    d3 += h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s5 + h5 * s4;
    d4 += h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0 + h5 * s5;
    d5 += h0 * r5 + h1 * r4 + h2 * r3 + h3 * r2 + h4 * r1 + h5 * r0;
    // Two chains of carries at once, from the lowest limb and from the middle.
    let low = d0 + rounder - rounder;
    let high = d3 + rounder - rounder;
    d0 -= low;
    d1 += low * perLimb;
    d3 -= high;
    d4 += high * perLimb;
    low = d1 + rounder - rounder;
    high = d4 + rounder - rounder;
    d1 -= low;
    d2 += low * perLimb;
    d4 -= high;
    d5 += high * perLimb;
    low = d2 + rounder - rounder;
    high = d5 + rounder - rounder;
    h2 = d2 - low;
    d3 += low * perLimb;
    h5 = d5 - high;
    d0 += high * perLimb * wrap;
    low = d0 + rounder - rounder;
    high = d3 + rounder - rounder;
    h0 = d0 - low;
    h1 = d1 + low * perLimb;
    h3 = d3 - high;
    h4 = d4 + high * perLimb;
  }
  sum.set([h0, h1, h2, h3, h4, h5]);
}

/** sum ← (sum + block + its end mark)·r for a block of at most 16 bytes. */
function absorbOne(block: Uint8Array, r: Limbs, sum: Limbs): void {
  const padded = new Uint8Array(17);
  padded.set(block);
  padded[block.length] = 1;
  const limbs = limbsOf(padded);
  limbs[5] = (limbs[5] as number) + 2 ** 18 * (padded[16] as number);
  for (let i = 0; i < 6; i++) limbs[i] = (limbs[i] as number) + (sum[i] as number);
  const product = productOf(limbs, r);
  sum.set(product);
  for (const secret of [padded, limbs, product]) secret.fill(0);
}

function productOf(a: Limbs, b: Limbs): Limbs {
  const product = new Float64Array(6);
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 6; j++) {
      const [at, factor] = i + j < 6 ? [i + j, 1] : [i + j - 6, wrap];
      product[at] = (product[at] as number) + factor * (a[i] as number) * (b[j] as number);
    }
  }
  for (let round = 0; round < 3; round++) carryThrough(product, 5);
  return product;
}

/** The limbs of 16 bytes, lowest first. */
function limbsOf(bytes: Uint8Array): Limbs {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const a = view.getUint32(0, true);
  const b = view.getUint32(4, true);
  const c = view.getUint32(8, true);
  const d = view.getUint32(12, true);
  return Float64Array.of(
    a & lowBits,
    ((a >>> 22) | (b << 10)) & lowBits,
    ((b >>> 12) | (c << 20)) & lowBits,
    (c >>> 2) & lowBits,
    ((c >>> 24) | (d << 8)) & lowBits,
    d >>> 14,
  );
}

/** The sum modulo 2^130 − 5, plus the mask modulo 2^128. */
function finish(sum: Limbs, mask: Uint8Array): Bytes {
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
function carryThrough(sum: Limbs, fold: number): number {
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
