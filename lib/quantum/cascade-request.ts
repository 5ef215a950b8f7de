import type { Bytes } from "../shared/bytes.ts";
import { QuantumMessageError } from "./errors.ts";

/** What Bob may ask for: all blocks of the next pass, parts of blocks, the closing check, a pass under one check parity. */
export const askKind = { blocks: 1, parts: 2, check: 3, masked: 4 } as const;

export function askBlocks(pass: number): Bytes {
  return Uint8Array.of(askKind.blocks, pass);
}

export function askCheck(): Bytes {
  return Uint8Array.of(askKind.check);
}

export function askMasked(pass: number, parity: number): Bytes {
  return Uint8Array.of(askKind.masked, pass, parity);
}

/** One request for many parts of blocks of one pass: a round trip carries them all. Names have 24 bits, low byte first. */
export function askParts(pass: number, parts: Uint32Array): Bytes {
  const request = new Uint8Array(2 + parts.length * 3);
  request[0] = askKind.parts;
  request[1] = pass;
  for (let i = 0, at = 2; i < parts.length; i++, at += 3) {
    const part = parts[i] as number;
    request[at] = part;
    request[at + 1] = part >>> 8;
    request[at + 2] = part >>> 16;
  }
  return request;
}

/** @throws QuantumMessageError when the length is not that of whole names. */
export function readParts(request: Uint8Array): Uint32Array {
  if (request.length % 3 !== 2) throw new QuantumMessageError("broken reconciliation request");
  const parts = new Uint32Array((request.length - 2) / 3);
  for (let i = 0, at = 2; i < parts.length; i++, at += 3) {
    parts[i] =
      (request[at] as number) | ((request[at + 1] as number) << 8) | ((request[at + 2] as number) << 16);
  }
  return parts;
}
