import type { Bytes } from "./bytes.ts";
import { fromHex, toHex } from "./hex.ts";

const shape = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

export function isUuid(text: string): boolean {
  return shape.test(text);
}

/** 16 bytes as the usual 36 characters, lower case. */
export function formatUuid(bytes: Uint8Array): string {
  const hex = toHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** @throws RangeError when the text is no UUID. */
export function parseUuid(text: string): Bytes {
  if (!isUuid(text)) throw new RangeError("not a UUID");
  return fromHex(text.replaceAll("-", ""));
}

/** A random identifier (version 4), 16 bytes. */
export function randomUuid(): Bytes {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes;
}

/** A time-ordered identifier (version 7, RFC 9562 §5.7), 16 bytes; `now` in milliseconds UTC. */
export function timeUuid(now: number): Bytes {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 5, rest = now; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes;
}
