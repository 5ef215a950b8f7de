import type { Bytes } from "../shared/bytes.ts";
import { ProtocolError } from "./protocol-error.ts";

const buckets = [64, 128, 256, 512] as const;
const step = 512;
const marker = 0x80;

/** The padded length for `length` bytes: 64, 128, 256, 512, then multiples of 512; one byte is the marker's. */
export function paddedLengthFor(length: number): number {
  const needed = length + 1;
  return buckets.find((bucket) => bucket >= needed) ?? Math.ceil(needed / step) * step;
}

export function isPaddedLength(length: number): boolean {
  return Number.isInteger(length) && length >= 64 && paddedLengthFor(length - 1) === length;
}

/**
 * bytes ‖ 0x80 ‖ zeros, `target` bytes in all (the bucket of the text, or a larger one when a drawn key is used
 * whole). @throws RangeError when `target` is no bucket or too small.
 */
export function pad(bytes: Uint8Array, target: number = paddedLengthFor(bytes.length)): Bytes {
  if (!isPaddedLength(target) || target <= bytes.length)
    throw new RangeError("not a padded length for these bytes");
  const padded = new Uint8Array(target);
  padded.set(bytes);
  padded[bytes.length] = marker;
  return padded;
}

/** A copy without the padding. @throws ProtocolError padding.malformed */
export function unpad(padded: Uint8Array): Bytes {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end--;
  if (!isPaddedLength(padded.length) || end < 0 || padded[end] !== marker)
    throw new ProtocolError("padding.malformed", "the padding of a message is not as the protocol says");
  return new Uint8Array(padded.subarray(0, end));
}
