import { demand, Refused } from "./refused.ts";

/** A float64; kept apart from integers, which have another encoding. */
export class Float {
  constructor(readonly value: number) {}
}

export type Item = number | boolean | string | Uint8Array | Float | readonly Item[] | ItemMap;
export type ItemMap = ReadonlyMap<number | string, Item>;

const MAX_DEPTH = 16;

/** Encodes deterministically (docs/PROTOCOL.md §1): shortest heads, keys ascending by their encoded bytes. */
export function encode(item: Item): Buffer {
  if (typeof item === "boolean") return Buffer.of(item ? 0xf5 : 0xf4);
  if (typeof item === "number") return item < 0 ? head(1, -1 - item) : head(0, item);
  if (item instanceof Float) {
    const bytes = Buffer.alloc(9, 0xfb);
    bytes.writeDoubleBE(item.value, 1);
    return bytes;
  }
  if (typeof item === "string") {
    const bytes = Buffer.from(item, "utf8");
    return Buffer.concat([head(3, bytes.length), bytes]);
  }
  if (item instanceof Uint8Array) return Buffer.concat([head(2, item.length), item]);
  if (item instanceof Map) {
    const entries = [...item].map(([key, value]) => [encode(key), encode(value)] as const);
    entries.sort(([a], [b]) => Buffer.compare(a, b));
    return Buffer.concat([head(5, item.size), ...entries.flat()]);
  }
  const list = item as readonly Item[];
  return Buffer.concat([head(4, list.length), ...list.map(encode)]);
}

function head(major: number, value: number): Buffer {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError("not a natural number of 53 bits");
  if (value < 24) return Buffer.of((major << 5) | value);
  const width = value < 2 ** 8 ? 1 : value < 2 ** 16 ? 2 : value < 2 ** 32 ? 4 : 8;
  const bytes = Buffer.alloc(1 + width);
  bytes[0] = (major << 5) | (24 + Math.log2(width));
  if (width === 8) bytes.writeBigUInt64BE(BigInt(value), 1);
  else bytes.writeUIntBE(value, 1, width);
  return bytes;
}

/** Decodes exactly one item. Refuses with `cbor.*` everything that `encode` would not have written. */
export function decode(bytes: Uint8Array): Item {
  const reader = new Reader(bytes);
  const item = reader.item(0);
  demand(reader.atEnd, "cbor.trailing");
  return item;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  item(depth: number): Item {
    demand(depth <= MAX_DEPTH, "cbor.malformed");
    const first = this.#take(1).readUInt8();
    const major = first >> 5;
    const info = first & 31;
    if (major === 7) return this.#simple(info);
    demand(major !== 6, "cbor.type");
    const value = this.#argument(info);
    if (major === 0) return value;
    if (major === 1) {
      demand(value < Number.MAX_SAFE_INTEGER, "cbor.range");
      return -1 - value;
    }
    if (major === 2) return new Uint8Array(this.#take(value));
    if (major === 3) return utf8(this.#take(value));
    // Each element takes a byte at least: a length that promises more than is there allocates nothing.
    demand(value * (major === 5 ? 2 : 1) <= this.#bytes.length - this.#at, "cbor.truncated");
    if (major === 4) return Array.from({ length: value }, () => this.item(depth + 1));
    return this.#map(value, depth);
  }

  #map(pairs: number, depth: number): ItemMap {
    const map = new Map<number | string, Item>();
    let before: Buffer | undefined;
    for (let pair = 0; pair < pairs; pair++) {
      const start = this.#at;
      const key = this.item(depth + 1);
      demand(typeof key === "number" || typeof key === "string", "cbor.type");
      const encoded = this.#bytes.subarray(start, this.#at);
      const order = before === undefined ? -1 : Buffer.compare(before, encoded);
      demand(order !== 0, "cbor.duplicate-key");
      demand(order < 0, "cbor.key-order");
      before = encoded;
      map.set(key, this.item(depth + 1));
    }
    return map;
  }

  #simple(info: number): Item {
    if (info === 20 || info === 21) return info === 21;
    demand(info !== 31, "cbor.indefinite");
    demand(info === 27, "cbor.type");
    return new Float(this.#take(8).readDoubleBE());
  }

  #argument(info: number): number {
    if (info < 24) return info;
    demand(info !== 31, "cbor.indefinite");
    demand(info < 28, "cbor.malformed");
    const width = 2 ** (info - 24);
    const bytes = this.#take(width);
    const value = width === 8 ? bytes.readBigUInt64BE() : BigInt(bytes.readUIntBE(0, width));
    demand(value >= (width === 1 ? 24n : 1n << BigInt(4 * width)), "cbor.not-shortest");
    demand(value <= BigInt(Number.MAX_SAFE_INTEGER), "cbor.range");
    return Number(value);
  }

  #take(length: number): Buffer {
    demand(length <= this.#bytes.length - this.#at, "cbor.truncated");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused("cbor.text");
  }
}
