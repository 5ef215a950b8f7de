import type { Bytes } from "../shared/bytes.ts";
import { onesOf } from "./bit-words.ts";

/**
 * Facts about a run of detected pulses, each one bit per pulse, packed, first bit highest, with zeros after the
 * last. The key basis X is 0 and the test basis Z is 1; the signal intensity has neither `decoy` nor `vacuum`.
 */
export interface PulseSettings {
  readonly length: number;
  readonly basis: Bytes;
  readonly decoy: Bytes;
  readonly vacuum: Bytes;
}

/** What Bob's receiver shows: the basis he chose and the bit he saw. */
export interface Clicks {
  readonly length: number;
  readonly basis: Bytes;
  readonly bits: Bytes;
}

/** Ones in each byte. */
export const onesInByte = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0;
  for (let rest = byte; rest > 0; rest >>= 1) ones += rest & 1;
  return ones;
});

/** Number of ones of `a` where `mask` is one. */
export function countOnes(a: Uint8Array, mask: Uint8Array): number {
  const whole = a.length & ~3;
  const views = [a, mask].map(({ buffer, byteOffset, length }) => new DataView(buffer, byteOffset, length));
  const [viewA, viewMask] = views as [DataView, DataView];
  let ones = 0;
  for (let at = 0; at < whole; at += 4) ones += onesOf(viewA.getUint32(at) & viewMask.getUint32(at));
  for (let at = whole; at < a.length; at++) ones += onesOf((a[at] as number) & (mask[at] as number));
  return ones;
}

/** Zeroes what is beyond `length` bits in the last byte. */
export function trimPlane(plane: Uint8Array, length: number): void {
  const used = length & 7;
  if (used !== 0) plane[plane.length - 1] = (plane.at(-1) ?? 0) & (0xff00 >> used);
}

/** gatheredBits[mask << 8 | byte]: the bits of byte where mask is one, moved together to the low end in order. */
export const gatheredBits = Uint8Array.from({ length: 65536 }, (_, index) => {
  let bits = 0;
  for (let at = 7; at >= 0; at--) {
    if ((index >> (8 + at)) & 1) bits = (bits << 1) | ((index >> at) & 1);
  }
  return bits;
});

/** Collects the bits of planes that a mask selects, packed, eight at a time. */
export class BitCollector {
  #bytes = new Uint8Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(plane: Uint8Array, mask: Uint8Array): void {
    this.#reserve(plane.length);
    const bytes = this.#bytes;
    let length = this.#length;
    let at = length >> 3;
    // Bits not yet written, at the low end; at most seven before each step.
    let pending = (bytes[at] as number) >> (8 - (length & 7));
    for (let i = 0; i < plane.length; i++) {
      const chosen = mask[i] as number;
      const added = onesInByte[chosen] as number;
      pending = (pending << added) | (gatheredBits[(chosen << 8) | (plane[i] as number)] as number);
      const held = (length & 7) + added;
      length += added;
      if (held >= 8) {
        bytes[at++] = pending >> (held - 8);
        pending &= (1 << (held - 8)) - 1;
      }
    }
    bytes[at] = pending << (8 - (length & 7));
    this.#length = length;
  }

  /** Hands over what was collected, packed, and starts again with nothing. */
  take(): Bytes {
    const taken = this.#bytes.slice(0, (this.#length + 7) >> 3);
    this.destroy();
    return taken;
  }

  destroy(): void {
    this.#bytes.fill(0);
    this.#length = 0;
  }

  #reserve(extra: number): void {
    const needed = (this.#length >> 3) + extra + 2;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * needed);
    larger.set(this.#bytes);
    this.#bytes.fill(0);
    this.#bytes = larger;
  }
}
