import type { Bytes } from "../shared/bytes.ts";

/** One bit per byte, 0 or 1: the working form of raw and sifted key. */
export type Bits = Uint8Array<ArrayBuffer>;

/** Packs bytes that are 0 or 1, the first bit highest; the last byte is filled with zeros. */
export function packBits(bits: Uint8Array): Bytes {
  const packed = new Uint8Array((bits.length + 7) >> 3);
  const whole = bits.length >> 3;
  const view = new DataView(bits.buffer, bits.byteOffset, bits.length);
  // The product moves the four bits together, the first to the top, into the highest byte.
  for (let i = 0, at = 0; i < whole; i++, at += 8) {
    const high = Math.imul(view.getUint32(at, true) & 0x01010101, 0x08040201) >>> 24;
    const low = Math.imul(view.getUint32(at + 4, true) & 0x01010101, 0x08040201) >>> 24;
    packed[i] = (high << 4) | (low & 15);
  }
  for (let at = whole << 3; at < bits.length; at++)
    packed[whole] = (packed[whole] as number) | (((bits[at] as number) & 1) << (7 - (at & 7)));
  return packed;
}

/** The first `length` bits of packed bytes; missing ones read as 0. */
export function unpackBits(packed: Uint8Array, length: number): Bits {
  const bits = new Uint8Array(length);
  const whole = Math.min(length >> 3, packed.length);
  for (let i = 0, at = 0; i < whole; i++, at += 8) {
    const byte = packed[i] as number;
    bits[at] = byte >> 7;
    bits[at + 1] = (byte >> 6) & 1;
    bits[at + 2] = (byte >> 5) & 1;
    bits[at + 3] = (byte >> 4) & 1;
    bits[at + 4] = (byte >> 3) & 1;
    bits[at + 5] = (byte >> 2) & 1;
    bits[at + 6] = (byte >> 1) & 1;
    bits[at + 7] = byte & 1;
  }
  for (let at = whole << 3; at < length; at++) bits[at] = ((packed[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
  return bits;
}

/**
 * The lowest five bits of every byte as five packed planes, the lowest bit's first: eight bytes at a time are a matrix
 * of bits, which is transposed by exchanging its halves, quarters and eighths.
 */
export function packPlanes(values: Uint8Array): [Bytes, Bytes, Bytes, Bytes, Bytes] {
  const length = (values.length + 7) >> 3;
  const plane = (): Bytes => new Uint8Array(length);
  const [p0, p1, p2, p3, p4] = [plane(), plane(), plane(), plane(), plane()];
  const padded = new Uint8Array(8 * length);
  padded.set(values);
  const view = new DataView(padded.buffer);
  for (let i = 0, at = 0; i < length; i++, at += 8) {
    let x = view.getUint32(at);
    let y = view.getUint32(at + 4);
    let changed = (x ^ (x >>> 7)) & 0x00aa00aa;
    x ^= changed ^ (changed << 7);
    changed = (y ^ (y >>> 7)) & 0x00aa00aa;
    y ^= changed ^ (changed << 7);
    changed = (x ^ (x >>> 14)) & 0x0000cccc;
    x ^= changed ^ (changed << 14);
    changed = (y ^ (y >>> 14)) & 0x0000cccc;
    y ^= changed ^ (changed << 14);
    const low = ((x << 4) & 0xf0f0f0f0) | (y & 0x0f0f0f0f);
    p0[i] = low;
    p1[i] = low >>> 8;
    p2[i] = low >>> 16;
    p3[i] = low >>> 24;
    p4[i] = (x & 0xf0) | ((y >>> 4) & 15);
  }
  padded.fill(0);
  return [p0, p1, p2, p3, p4];
}
