import type { Bytes } from "../shared/bytes.ts";

/** frame(x) = 8-byte big-endian length ‖ x, for each part in order: no two lists of parts give the same bytes. */
export function frame(...parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += 8 + part.length;
  const framed = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    writeUint64(framed, offset, part.length);
    framed.set(part, offset + 8);
    offset += 8 + part.length;
  }
  return framed;
}

/** 8 bytes, big-endian. @throws RangeError unless a safe non-negative integer. */
export function uint64(value: number): Bytes {
  const bytes = new Uint8Array(8);
  writeUint64(bytes, 0, value);
  return bytes;
}

function writeUint64(into: Uint8Array, offset: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError("not an unsigned safe integer");
  const high = Math.floor(value / 2 ** 32);
  for (let i = 0; i < 4; i++) {
    into[offset + i] = (high >>> (24 - 8 * i)) & 0xff;
    into[offset + 4 + i] = (value >>> (24 - 8 * i)) & 0xff;
  }
}
