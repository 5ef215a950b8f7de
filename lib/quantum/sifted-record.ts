import type { Bits } from "./bits.ts";
import { QuantumMessageError } from "./errors.ts";
import type { Triple } from "./link-parameters.ts";
import { eventBits } from "./quantum-channel.ts";

const intensityMask = 3 << eventBits.intensityShift;

/** What one end keeps of the events in which the bases agreed, batch after batch. It holds only this end's bits. */
export class SiftedRecord {
  readonly #keyParts: Bits[] = [];
  readonly #testParts: Bits[] = [];
  readonly #keyCounts: [number, number, number] = [0, 0, 0];
  readonly #testCounts: [number, number, number] = [0, 0, 0];
  #keyBits = 0;

  /** Bits in the key basis so far. */
  get keyBits(): number {
    return this.#keyBits;
  }

  get keyCounts(): Triple {
    return this.#keyCounts;
  }

  get testCounts(): Triple {
    return this.#testCounts;
  }

  /**
   * Sifts one batch. All arrays have one byte per event as eventBits says: this end's own, the bases of the other
   * one, and the intensities (at Alice her own events, at Bob what she announced).
   * @throws QuantumMessageError when the announcement does not fit the batch.
   */
  add(own: Uint8Array, other: Uint8Array, intensities: Uint8Array): void {
    const length = own.length;
    if (other.length !== length || intensities.length !== length) {
      throw new QuantumMessageError("sifting message of the wrong length");
    }
    const key = new Uint8Array(length + 1);
    const test = new Uint8Array(length + 1);
    let keyCount = 0;
    let keyDecoys = 0;
    let keyVacua = 0;
    let testCount = 0;
    let testDecoys = 0;
    let testVacua = 0;
    // Without branches: which bases agree cannot be predicted, and every event is written and then kept or not.
    for (let i = 0; i < length; i++) {
      const event = own[i] as number;
      const inTest = (event >> 1) & 1;
      const agree = 1 ^ inTest ^ (((other[i] as number) >> 1) & 1);
      const intensity = intensities[i] as number;
      const decoy = (intensity >> eventBits.intensityShift) & 1;
      const vacuum = (intensity >> (eventBits.intensityShift + 1)) & 1;
      const asKey = agree & (inTest ^ 1);
      const asTest = agree & inTest;
      key[keyCount] = event & eventBits.bit;
      test[testCount] = (event & eventBits.bit) | (intensity & intensityMask);
      keyCount += asKey;
      keyDecoys += asKey & decoy;
      keyVacua += asKey & vacuum;
      testCount += asTest;
      testDecoys += asTest & decoy;
      testVacua += asTest & vacuum;
    }
    count(this.#keyCounts, keyCount, keyDecoys, keyVacua);
    count(this.#testCounts, testCount, testDecoys, testVacua);
    this.#keyBits += keyCount;
    this.#keyParts.push(cut(key, keyCount));
    this.#testParts.push(cut(test, testCount));
  }

  /** Hands over the key-basis bits of all batches and zeroes the parts: they are asked for once. */
  takeKey(): Bits {
    return joined(this.#keyParts);
  }

  /** Hands over the test bits, each with its intensity as in an event. */
  takeTest(): Bits {
    return joined(this.#testParts);
  }

  /** Zeroes what is left. */
  destroy(): void {
    for (const parts of [this.#keyParts, this.#testParts]) joined(parts).fill(0);
  }
}

function count(counts: [number, number, number], all: number, decoys: number, vacua: number): void {
  counts[0] += all - decoys - vacua;
  counts[1] += decoys;
  counts[2] += vacua;
}

function cut(bits: Bits, length: number): Bits {
  const part = bits.slice(0, length);
  bits.fill(0);
  return part;
}

function joined(parts: Bits[]): Bits {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
    part.fill(0);
  }
  parts.length = 0;
  return whole;
}
