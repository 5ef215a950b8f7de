import type { Bytes } from "../bytes.ts";

const encoder = new TextEncoder();

/** Builds messages of PostgreSQL's protocol 3.0 in one buffer that grows as needed. Numbers are big-endian. */
export class WireWriter {
  #bytes = new Uint8Array(16_384);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** What was written since the last `take`. Valid until the next write; zeroed by `clear`. */
  get written(): Bytes {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#bytes.fill(0, 0, this.#length);
    this.#length = 0;
  }

  /** One message: its type, its length, and what `body` writes. */
  message(type: string, body: () => void): void {
    this.#reserve(5);
    this.#bytes[this.#length++] = type.charCodeAt(0);
    this.block(body, 4);
  }

  /** A length in four bytes before what `body` writes; `itself`: bytes of the length that it counts. */
  block(body: () => void, itself = 0): void {
    const start = this.#length;
    this.int32(0);
    body();
    this.#view.setInt32(start, this.#length - start - 4 + itself);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  int16(value: number): void {
    this.#reserve(2);
    this.#view.setInt16(this.#length, value);
    this.#length += 2;
  }

  int32(value: number): void {
    this.#reserve(4);
    this.#view.setInt32(this.#length, value);
    this.#length += 4;
  }

  int64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigInt64(this.#length, value);
    this.#length += 8;
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  text(value: string): void {
    this.#reserve(3 * value.length);
    this.#length += encoder.encodeInto(value, this.#bytes.subarray(this.#length)).written;
  }

  /** Text that ends with a zero byte. */
  name(value: string): void {
    this.text(value);
    this.byte(0);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes.fill(0);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
