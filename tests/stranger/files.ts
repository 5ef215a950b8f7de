import { frame, hash, hex, label, uint64 } from "./framing.ts";

export const CHUNK_BYTES = 65_536;

/** Associated data of every chunk of a file, and the start of its hash. */
export function fileContext(fileId: string, size: number): Buffer {
  return Buffer.concat([label("file"), frame(hex(fileId)), uint64(size)]);
}

/** File hash from the hashes of the sealed chunks. */
export function fileHash(fileId: string, size: number, chunkHashes: Uint8Array[]): Buffer {
  return hash(fileContext(fileId, size), ...chunkHashes);
}
