import type { Bytes } from "../shared/bytes.ts";
import type { Triple } from "./link-parameters.ts";
import { gatheredBits, onesInByte } from "./pulse-planes.ts";

/** One end's bits of one basis with their intensities, packed, collected batch after batch under a mask. */
export class SiftedBits {
  #bits = new Uint8Array(1024);
  #decoy = new Uint8Array(1024);
  #vacuum = new Uint8Array(1024);
  /** Bits in the planes; `#collected` also counts those that were taken. */
  #length = 0;
  #collected = 0;
  #decoys = 0;
  #vacua = 0;

  /** All bits that ever were collected. */
  get collected(): number {
    return this.#collected;
  }

  /** The same by intensity. */
  get counts(): Triple {
    return [this.#collected - this.#decoys - this.#vacua, this.#decoys, this.#vacua];
  }

  /** Adds what `mask` selects of planes of its length: the same loop for all three, a byte at a time. */
  append(mask: Uint8Array, bits: Uint8Array, decoy: Uint8Array, vacuum: Uint8Array): void {
    this.#reserve(mask.length);
    const [toBits, toDecoy, toVacuum] = [this.#bits, this.#decoy, this.#vacuum];
    let [at, held] = [this.#length >> 3, this.#length & 7];
    let [decoys, vacua, added] = [0, 0, 0];
    // Bits not yet written, at the low end; at most seven of each plane before each step.
    let restBits = (toBits[at] as number) >> (8 - held);
    let restDecoy = (toDecoy[at] as number) >> (8 - held);
    let restVacuum = (toVacuum[at] as number) >> (8 - held);
    for (let i = 0; i < mask.length; i++) {
      const chosen = mask[i] as number;
      if (chosen === 0) continue;
      const ones = onesInByte[chosen] as number;
      const row = chosen << 8;
      const moreDecoy = gatheredBits[row | (decoy[i] as number)] as number;
      const moreVacuum = gatheredBits[row | (vacuum[i] as number)] as number;
      decoys += onesInByte[moreDecoy] as number;
      vacua += onesInByte[moreVacuum] as number;
      restBits = (restBits << ones) | (gatheredBits[row | (bits[i] as number)] as number);
      restDecoy = (restDecoy << ones) | moreDecoy;
      restVacuum = (restVacuum << ones) | moreVacuum;
      held += ones;
      added += ones;
      if (held < 8) continue;
      held -= 8;
      toBits[at] = restBits >> held;
      toDecoy[at] = restDecoy >> held;
      toVacuum[at++] = restVacuum >> held;
      const low = (1 << held) - 1;
      restBits &= low;
      restDecoy &= low;
      restVacuum &= low;
    }
    toBits[at] = restBits << (8 - held);
    toDecoy[at] = restDecoy << (8 - held);
    toVacuum[at] = restVacuum << (8 - held);
    this.#length += added;
    this.#collected += added;
    this.#decoys += decoys;
    this.#vacua += vacua;
  }

  /** Hands over the bits and the planes of intensities, once. */
  take(): { readonly length: number; readonly bits: Bytes; readonly decoy: Bytes; readonly vacuum: Bytes } {
    const length = this.#length;
    const bytes = (length + 7) >> 3;
    const taken = {
      length,
      bits: this.#bits.slice(0, bytes),
      decoy: this.#decoy.slice(0, bytes),
      vacuum: this.#vacuum.slice(0, bytes),
    };
    this.destroy();
    return taken;
  }

  /** Zeroes what is left; the counts stay. */
  destroy(): void {
    for (const plane of [this.#bits, this.#decoy, this.#vacuum]) plane.fill(0);
    this.#length = 0;
  }

  #reserve(extra: number): void {
    const needed = (this.#length >> 3) + extra + 2;
    if (needed <= this.#bits.length) return;
    this.#bits = enlarged(this.#bits, 2 * needed);
    this.#decoy = enlarged(this.#decoy, 2 * needed);
    this.#vacuum = enlarged(this.#vacuum, 2 * needed);
  }
}

function enlarged(plane: Bytes, length: number): Bytes {
  const larger = new Uint8Array(length);
  larger.set(plane);
  plane.fill(0);
  return larger;
}
