import type { Bytes } from "../shared/bytes.ts";

/** One bit per byte, 0 or 1: the working form of raw and sifted key. */
export type Bits = Uint8Array<ArrayBuffer>;

/**
 * Packs bit `plane` of every byte, first highest; the last byte is filled with zeros. Plane 0 of bytes that are
 * 0 or 1 is the bits themselves.
 */
export function packPlane(values: Uint8Array, plane: number): Bytes {
  const packed = new Uint8Array((values.length + 7) >> 3);
  const whole = values.length >> 3;
  const view = new DataView(values.buffer, values.byteOffset, values.length);
  // The product moves the four bits together, the first to the top, into the highest byte.
  for (let i = 0, at = 0; i < whole; i++, at += 8) {
    const high = Math.imul((view.getUint32(at, true) >>> plane) & 0x01010101, 0x08040201) >>> 24;
    const low = Math.imul((view.getUint32(at + 4, true) >>> plane) & 0x01010101, 0x08040201) >>> 24;
    packed[i] = (high << 4) | (low & 15);
  }
  for (let at = whole << 3; at < values.length; at++) {
    packed[whole] = (packed[whole] as number) | ((((values[at] as number) >> plane) & 1) << (7 - (at & 7)));
  }
  return packed;
}

/** Sets bit `plane` of every value whose packed bit is 1. Missing packed bits read as 0. */
function unpackPlane(packed: Uint8Array, plane: number, values: Uint8Array): void {
  const whole = Math.min(values.length >> 3, packed.length);
  for (let i = 0, at = 0; i < whole; i++, at += 8) {
    const byte = packed[i] as number;
    values[at] = (values[at] as number) | ((byte >> 7) << plane);
    values[at + 1] = (values[at + 1] as number) | (((byte >> 6) & 1) << plane);
    values[at + 2] = (values[at + 2] as number) | (((byte >> 5) & 1) << plane);
    values[at + 3] = (values[at + 3] as number) | (((byte >> 4) & 1) << plane);
    values[at + 4] = (values[at + 4] as number) | (((byte >> 3) & 1) << plane);
    values[at + 5] = (values[at + 5] as number) | (((byte >> 2) & 1) << plane);
    values[at + 6] = (values[at + 6] as number) | (((byte >> 1) & 1) << plane);
    values[at + 7] = (values[at + 7] as number) | ((byte & 1) << plane);
  }
  for (let at = whole << 3; at < values.length; at++) {
    values[at] = (values[at] as number) | ((((packed[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) << plane);
  }
}

export function packBits(bits: Uint8Array): Bytes {
  return packPlane(bits, 0);
}

/** The first `length` bits of packed bytes; missing ones read as 0. */
export function unpackBits(packed: Uint8Array, length: number): Bits {
  const bits = new Uint8Array(length);
  unpackPlane(packed, 0, bits);
  return bits;
}
