import type { Bytes } from "../shared/bytes.ts";
import { QuantumMessageError } from "./errors.ts";

/** What Bob may ask for: all blocks of the next pass, parts of blocks, the closing check, a pass under one check parity. */
export const askKind = { blocks: 1, nodes: 2, check: 3, masked: 4 } as const;

export function askBlocks(pass: number): Bytes {
  return Uint8Array.of(askKind.blocks, pass);
}

export function askCheck(): Bytes {
  return Uint8Array.of(askKind.check);
}

export function askMasked(pass: number, parity: number): Bytes {
  return Uint8Array.of(askKind.masked, pass, parity);
}

/** A part of a block is named by its pass (8 bits) and its node there (24 bits): up to 2^23 bits in a block. */
export const nodeBits = 24;
export const nodeMask = 2 ** nodeBits - 1;

/** One request for many parts of blocks: a round trip carries them all. Names are 32-bit, low byte first. */
export function askNodes(nodes: Uint32Array): Bytes {
  const request = new Uint8Array(4 + nodes.length * 4);
  request[0] = askKind.nodes;
  const view = new DataView(request.buffer);
  for (let i = 0; i < nodes.length; i++) view.setUint32(4 + i * 4, nodes[i] as number, true);
  return request;
}

/** @throws QuantumMessageError when the length is not that of whole nodes. */
export function readNodes(request: Uint8Array): Uint32Array {
  if (request.length % 4 !== 0) throw new QuantumMessageError("broken reconciliation request");
  const view = new DataView(request.buffer, request.byteOffset, request.length);
  const nodes = new Uint32Array(request.length / 4 - 1);
  for (let i = 0; i < nodes.length; i++) nodes[i] = view.getUint32(4 + i * 4, true);
  return nodes;
}
