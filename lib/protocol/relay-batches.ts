import type { Bytes } from "../shared/bytes.ts";

/** Entries in one "entries:send" or "entries" event, at most. */
export const batchEntries = 64;
/** Bytes beyond which a batch ends; an entry that is larger goes alone. */
const batchBytes = 512 * 1024;

/** Cuts a list into batches for one event each, in order. */
export function batchesOf<T>(items: readonly T[], lengthOf: (item: T) => number): T[][] {
  const batches: T[][] = [];
  let batch: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const length = lengthOf(item);
    if (batch.length > 0 && (batch.length >= batchEntries || bytes + length > batchBytes)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += length;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/**
 * The parts of joined bytes, each of its own; undefined unless the lengths are positive and together those of `bytes`.
 */
export function cutApart(bytes: Uint8Array, lengths: readonly number[]): Bytes[] | undefined {
  const parts: Bytes[] = [];
  let start = 0;
  for (const length of lengths) {
    if (!Number.isInteger(length) || length < 1 || start + length > bytes.length) return undefined;
    parts.push(new Uint8Array(bytes.subarray(start, start + length)));
    start += length;
  }
  return start === bytes.length ? parts : undefined;
}
