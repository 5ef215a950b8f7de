import type { Bytes } from "../shared/bytes.ts";
import { QuantumMessageError } from "./errors.ts";
import type { Triple } from "./link-parameters.ts";
import { BitCollector, type Clicks, countOnes, type PulseSettings, trimPlane } from "./pulse-planes.ts";

/** The bits of the test basis with their intensities, packed. */
export interface TestBits {
  readonly length: number;
  readonly bits: Bytes;
  readonly decoy: Bytes;
  readonly vacuum: Bytes;
}

/** What one end keeps of the events in which the bases agreed, batch after batch. It holds only this end's bits. */
export class SiftedRecord {
  readonly #key = new BitCollector();
  readonly #keyDecoy = new BitCollector();
  readonly #test = new BitCollector();
  readonly #testDecoy = new BitCollector();
  readonly #testVacuum = new BitCollector();
  readonly #keyCounts: [number, number, number] = [0, 0, 0];
  readonly #testCounts: [number, number, number] = [0, 0, 0];

  /** Bits in the key basis so far, also once they were taken. */
  get keyBits(): number {
    return this.#keyCounts[0] + this.#keyCounts[1] + this.#keyCounts[2];
  }

  get keyCounts(): Triple {
    return this.#keyCounts;
  }

  get testCounts(): Triple {
    return this.#testCounts;
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
    count(this.#keyCounts, inKey, decoy, vacuum);
    count(this.#testCounts, inTest, decoy, vacuum);
    this.#key.append(bits, inKey);
    this.#keyDecoy.append(decoy, inKey);
    this.#test.append(bits, inTest);
    this.#testDecoy.append(decoy, inTest);
    this.#testVacuum.append(vacuum, inTest);
  }

  /** Hands over the key-basis bits of all batches, packed: they are asked for once. */
  takeKey(): Bytes {
    return this.#key.take();
  }

  /** Which of the key-basis bits came from the decoy intensity, packed: asked for once. */
  takeKeyDecoys(): Bytes {
    return this.#keyDecoy.take();
  }

  takeTest(): TestBits {
    const length = this.#test.length;
    return {
      length,
      bits: this.#test.take(),
      decoy: this.#testDecoy.take(),
      vacuum: this.#testVacuum.take(),
    };
  }

  /** Zeroes what is left. */
  destroy(): void {
    this.#key.destroy();
    this.#test.destroy();
  }
}

function count(
  counts: [number, number, number],
  mask: Uint8Array,
  decoy: Uint8Array,
  vacuum: Uint8Array,
): void {
  const decoys = countOnes(decoy, mask);
  const vacua = countOnes(vacuum, mask);
  counts[0] += countOnes(mask, mask) - decoys - vacua;
  counts[1] += decoys;
  counts[2] += vacua;
}
