import { type Bytes, concatBytes, equalBytes } from "../shared/bytes.ts";
import { frame, uint64 } from "./frame.ts";
import { hash } from "./hash.ts";
import { framedLabel, labels } from "./labels.ts";
import { lengths, limits } from "./limits.ts";
import type { FileBody } from "./payload-file.ts";
import { ProtocolError } from "./protocol-error.ts";
import { openStreamChunk, type StreamKey, sealStreamChunk } from "./stream.ts";

/** What seals and opens one file: all but `hash` are chosen before the first chunk. */
export type FileSecrets = Pick<FileBody, "fileId" | "size" | "key" | "noncePrefix">;

/** At least one: the only chunk of an empty file is empty. */
export function chunkCountOf(size: number): number {
  return Math.max(1, Math.ceil(size / limits.fileChunk));
}

/** Plaintext bytes of chunk `index`: 64 KiB, less in the last. */
export function chunkLengthOf(size: number, index: number): number {
  return Math.min(limits.fileChunk, size - index * limits.fileChunk);
}

/** Bytes that all sealed chunks take together. */
export function sealedFileLength(size: number): number {
  return size + chunkCountOf(size) * lengths.tag;
}

/**
 * Seals chunk `index`. An upload that resumes must send the same bytes: give the hash that was stored when the chunk
 * was sealed before, and a file that changed since is refused before anything leaves.
 * @throws ProtocolError file.length (not this chunk's size), file.changed (seal it anew under a new key)
 */
export async function sealFileChunk(
  file: FileSecrets,
  index: number,
  plaintext: Bytes,
  sealedBefore?: Bytes,
): Promise<{ readonly sealed: Bytes; readonly hash: Bytes }> {
  checkIndex(file, index, plaintext.length, 0);
  const sealed = await sealStreamChunk(streamOf(file), index, isLast(file, index), plaintext);
  const own = hash(sealed);
  if (sealedBefore !== undefined && !equalBytes(own, sealedBefore))
    throw new ProtocolError("file.changed", "the file has changed since its upload began", {
      nextStep: "Send the file again.",
    });
  return { sealed, hash: own };
}

/** @throws ProtocolError file.length, file.tag */
export async function openFileChunk(file: FileSecrets, index: number, sealed: Bytes): Promise<Bytes> {
  checkIndex(file, index, sealed.length, lengths.tag);
  const plaintext = await openStreamChunk(streamOf(file), index, isLast(file, index), sealed);
  if (plaintext === undefined)
    throw new ProtocolError("file.tag", "a part of the file was altered or is another part", {
      nextStep: "Fetch the file again.",
    });
  return plaintext;
}

/**
 * hash(frame("vernam/1 file") ‖ frame(file id) ‖ uint64(size) ‖ the hashes of the sealed chunks in order): what the
 * message carries, so that one envelope names one file, whatever the key.
 */
export function fileHash(
  file: Pick<FileSecrets, "fileId" | "size">,
  chunkHashes: readonly Uint8Array[],
): Bytes {
  return hash(framedLabel(labels.file), frame(file.fileId), uint64(file.size), ...chunkHashes);
}

/** Once every chunk has come: nothing is shown or saved before. @throws ProtocolError file.hash */
export function checkFileHash(file: FileBody, chunkHashes: readonly Uint8Array[]): void {
  if (chunkHashes.length !== file.chunks || !equalBytes(fileHash(file, chunkHashes), file.hash))
    throw new ProtocolError("file.hash", "the file is not the one that the message names", {
      nextStep: "Ask the sender to send it again.",
    });
}

function isLast({ size }: FileSecrets, index: number): boolean {
  return index === chunkCountOf(size) - 1;
}

function checkIndex(file: FileSecrets, index: number, length: number, overhead: number): void {
  const known = Number.isInteger(index) && index >= 0 && index < chunkCountOf(file.size);
  if (!known || length !== chunkLengthOf(file.size, index) + overhead)
    throw new ProtocolError("file.length", "a part of a file does not have the length that it must have");
}

/** Associated data: frame("vernam/1 file") ‖ frame(file id) ‖ uint64(size). */
function streamOf({ fileId, size, key, noncePrefix }: FileSecrets): StreamKey {
  const context = concatBytes(framedLabel(labels.file), frame(fileId), uint64(size));
  return { key, noncePrefix, context };
}
