import { demand } from "./refused.ts";

/** Padded length that a payload of this length gets: 64, 128, 256, 512, then multiples of 512. */
function paddedLength(length: number): number {
  const least = length + 1;
  return [64, 128, 256, 512].find((size) => size >= least) ?? Math.ceil(least / 512) * 512;
}

/** payload ‖ 0x80 ‖ zeros, to `to` bytes (a longer drawn key is used whole). */
export function pad(payload: Uint8Array, to = paddedLength(payload.length)): Buffer {
  const padded = Buffer.alloc(to);
  padded.set(payload);
  padded[payload.length] = 0x80;
  return padded;
}

export function isPaddedLength(length: number): boolean {
  return length >= 64 && paddedLength(length - 1) === length;
}

/** @throws Refused padding.malformed */
export function unpad(padded: Uint8Array): Buffer {
  const end = padded.findLastIndex((byte) => byte !== 0);
  demand(end >= 0 && padded[end] === 0x80, "padding.malformed");
  return Buffer.from(padded.subarray(0, end));
}
