import type { Bytes } from "../../shared/bytes.ts";

/**
 * First in, first out memory for key of one end of a link. Positions are counted in bytes of the link's key stream
 * since the link was created, so both ends give the same number to the same key without seeing each other's memory.
 * Bytes are zeroed as they leave.
 */
export class PoolRing {
  readonly #memory: Bytes;
  #first: number;
  #next: number;

  /** @param size bytes of memory. @param start stream position of the first byte to be appended. */
  constructor(size: number, start: number) {
    this.#memory = new Uint8Array(size);
    this.#first = start;
    this.#next = start;
  }

  /** Stream position of the oldest byte held. */
  get first(): number {
    return this.#first;
  }

  get length(): number {
    return this.#next - this.#first;
  }

  get room(): number {
    return this.#memory.length - this.length;
  }

  /** Copies `key` behind the newest byte. @throws RangeError when there is no room for all of it. */
  append(key: Uint8Array): void {
    if (key.length > this.room) throw new RangeError("the pool has no room for this key");
    const at = this.#next % this.#memory.length;
    const straight = Math.min(key.length, this.#memory.length - at);
    this.#memory.set(key.subarray(0, straight), at);
    this.#memory.set(key.subarray(straight), 0);
    this.#next += key.length;
  }

  /** Moves the oldest `length` bytes out; their memory is zeroed. @throws RangeError when fewer are held. */
  withdraw(length: number): Bytes {
    if (length > this.length) throw new RangeError("the pool holds less key than that");
    const key = new Uint8Array(length);
    const at = this.#first % this.#memory.length;
    const straight = Math.min(length, this.#memory.length - at);
    key.set(this.#memory.subarray(at, at + straight));
    key.set(this.#memory.subarray(0, length - straight), straight);
    this.#memory.fill(0, at, at + straight);
    this.#memory.fill(0, 0, length - straight);
    this.#first += length;
    return key;
  }

  /** Zeroes everything held. */
  destroy(): void {
    this.#memory.fill(0);
    this.#first = this.#next;
  }
}
