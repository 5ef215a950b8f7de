import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import { type StoreWrite, tables } from "../store/device-store.ts";

const removed = 0xffffffff;

/** Encodes writes as table number (1), key length (2), key, value length (4, all ones = removed), value. */
export function encodeWrites(writes: readonly StoreWrite[]): Bytes {
  const encoder = new TextEncoder();
  const keys = writes.map((write) => encoder.encode(write.key));
  let length = 0;
  for (const [i, write] of writes.entries())
    length += 7 + (keys[i] as Uint8Array).length + (write.value?.length ?? 0);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const [i, write] of writes.entries()) {
    const key = keys[i] as Uint8Array;
    view.setUint8(offset, tables.indexOf(write.table));
    view.setUint16(offset + 1, key.length);
    bytes.set(key, offset + 3);
    offset += 3 + key.length;
    view.setUint32(offset, write.value === null ? removed : write.value.length);
    offset += 4;
    if (write.value === null) continue;
    bytes.set(write.value, offset);
    offset += write.value.length;
  }
  return bytes;
}

/** @throws RangeError when the bytes are not whole writes. */
export function* decodeWrites(bytes: Bytes): Generator<StoreWrite> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const decoder = new TextDecoder();
  let offset = 0;
  while (offset < bytes.length) {
    const table = tables[view.getUint8(offset)];
    if (table === undefined) throw new RangeError("unknown table in the store's log");
    const keyEnd = offset + 3 + view.getUint16(offset + 1);
    const key = decoder.decode(bytes.subarray(offset + 3, keyEnd));
    const length = view.getUint32(keyEnd);
    offset = keyEnd + 4;
    if (length === removed) {
      yield { table, key, value: null };
      continue;
    }
    if (offset + length > bytes.length) throw new RangeError("a row ends after its frame");
    yield { table, key, value: copyBytes(bytes.subarray(offset, offset + length)) };
    offset += length;
  }
}
