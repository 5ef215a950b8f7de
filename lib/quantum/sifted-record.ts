import type { Bytes } from "../shared/bytes.ts";
import { QuantumMessageError } from "./errors.ts";
import type { Triple } from "./link-parameters.ts";
import { type Clicks, type PulseSettings, trimPlane } from "./pulse-planes.ts";
import { SiftedBits } from "./sifted-bits.ts";

/** The bits of the test basis with their intensities, packed. */
export interface TestBits {
  readonly length: number;
  readonly bits: Bytes;
  readonly decoy: Bytes;
  readonly vacuum: Bytes;
}

/** What one end keeps of the events in which the bases agreed, batch after batch. It holds only this end's bits. */
export class SiftedRecord {
  readonly #key = new SiftedBits();
  readonly #test = new SiftedBits();
  #keyDecoys: Bytes = new Uint8Array(0);

  /** Bits in the key basis so far, also once they were taken. */
  get keyBits(): number {
    return this.#key.collected;
  }

  get keyCounts(): Triple {
    return this.#key.counts;
  }

  get testCounts(): Triple {
    return this.#test.counts;
  }

  /**
   * Sifts one batch: this end's bases and bits, the other end's bases, and Alice's intensities.
   * @throws QuantumMessageError when the announcement does not fit the batch.
   */
  add(own: Clicks, otherBasis: Uint8Array, intensity: Pick<PulseSettings, "decoy" | "vacuum">): void {
    const { length, basis, bits } = own;
    const { decoy, vacuum } = intensity;
    if ([otherBasis, decoy, vacuum].some((plane) => plane.length !== basis.length)) {
      throw new QuantumMessageError("sifting message of the wrong length");
    }
    const inKey = new Uint8Array(basis.length);
    const inTest = new Uint8Array(basis.length);
    for (let i = 0; i < basis.length; i++) {
      const mine = basis[i] as number;
      const his = otherBasis[i] as number;
      inKey[i] = ~(mine | his);
      inTest[i] = mine & his;
    }
    trimPlane(inKey, length);
    trimPlane(inTest, length);
    this.#key.append(inKey, bits, decoy, vacuum);
    this.#test.append(inTest, bits, decoy, vacuum);
  }

  /** Hands over the key-basis bits of all batches, packed: they are asked for once. */
  takeKey(): Bytes {
    const { bits, decoy } = this.#key.take();
    this.#keyDecoys = decoy;
    return bits;
  }

  /** Which of the key-basis bits that were taken came from the decoy intensity, packed. */
  get keyDecoys(): Bytes {
    return this.#keyDecoys;
  }

  takeTest(): TestBits {
    return this.#test.take();
  }

  /** Zeroes what is left. */
  destroy(): void {
    this.#key.destroy();
    this.#test.destroy();
  }
}
