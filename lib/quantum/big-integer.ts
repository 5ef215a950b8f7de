import type { Bytes } from "../shared/bytes.ts";

const digits = new TextEncoder().encode("0123456789abcdef");

/** The two digits of every byte, as they follow each other in memory. */
const pairs = new Uint16Array(
  Uint8Array.from({ length: 512 }, (_, i) => digits[i & 1 ? (i >> 1) & 15 : i >> 5] as number).buffer,
);

/** The number whose binary digits are the bytes, highest first. Linear time: V8 reads hexadecimal without multiplying. */
export function bigIntFromBytes(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const text = new Uint16Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) text[i] = pairs[bytes[i] as number] as number;
  const number = BigInt(`0x${new TextDecoder("latin1").decode(text)}`);
  text.fill(0);
  return number;
}

/** The lowest `length` bytes of a non-negative number, highest first. */
export function bytesFromBigInt(value: bigint, length: number): Bytes {
  const text = value.toString(16).padStart(length * 2, "0");
  const start = text.length - length * 2;
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    bytes[i] = (nibble(text.charCodeAt(start + 2 * i)) << 4) | nibble(text.charCodeAt(start + 2 * i + 1));
  }
  return bytes;
}

function nibble(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
