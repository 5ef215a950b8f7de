import type { Bytes } from "../shared/bytes.ts";

/** One bit per byte, 0 or 1: the working form of raw and sifted key. */
export type Bits = Uint8Array<ArrayBuffer>;

/** Packs bits into bytes, first bit highest; the last byte is filled with zeros. */
export function packBits(bits: Uint8Array): Bytes {
  const packed = new Uint8Array((bits.length + 7) >> 3);
  const whole = bits.length >> 3;
  for (let i = 0, at = 0; i < whole; i++, at += 8) packed[i] = packOctet(bits, at);
  for (let at = whole << 3; at < bits.length; at++) {
    packed[whole] = (packed[whole] ?? 0) | ((bits[at] ?? 0) << (7 - (at & 7)));
  }
  return packed;
}

function packOctet(bits: Uint8Array, at: number): number {
  return (
    ((bits[at] as number) << 7) |
    ((bits[at + 1] as number) << 6) |
    ((bits[at + 2] as number) << 5) |
    ((bits[at + 3] as number) << 4) |
    ((bits[at + 4] as number) << 3) |
    ((bits[at + 5] as number) << 2) |
    ((bits[at + 6] as number) << 1) |
    (bits[at + 7] as number)
  );
}

/** The first `length` bits of packed bytes; missing ones read as 0. */
export function unpackBits(packed: Uint8Array, length: number): Bits {
  const bits = new Uint8Array(length);
  for (let at = 0; at < length; at++) bits[at] = ((packed[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
  return bits;
}
