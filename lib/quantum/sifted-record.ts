import type { Bits } from "./bits.ts";
import { QuantumMessageError } from "./errors.ts";
import type { Triple } from "./link-parameters.ts";
import { basis, eventBits } from "./quantum-channel.ts";

/** What one end keeps of the events in which the bases agreed, batch after batch. It holds only this end's bits. */
export class SiftedRecord {
  readonly #keyParts: Bits[] = [];
  readonly #testParts: Bits[] = [];
  readonly #testIntensityParts: Bits[] = [];
  readonly #keyCounts = [0, 0, 0];
  readonly #testCounts = [0, 0, 0];
  #keyBits = 0;

  /** Bits in the key basis so far. */
  get keyBits(): number {
    return this.#keyBits;
  }

  get keyCounts(): Triple {
    return tripleOf(this.#keyCounts);
  }

  get testCounts(): Triple {
    return tripleOf(this.#testCounts);
  }

  /**
   * Sifts one batch: `events` are this end's, `otherBases` and `intensities` what was announced, one byte per event.
   * @throws QuantumMessageError when the announcement does not fit the batch.
   */
  add(events: Uint8Array, otherBases: Uint8Array, intensities: Uint8Array): void {
    const length = events.length;
    if (otherBases.length !== length || intensities.length !== length) {
      throw new QuantumMessageError("sifting message of the wrong length");
    }
    const key = new Uint8Array(length);
    const test = new Uint8Array(length);
    const testIntensities = new Uint8Array(length);
    let keyCount = 0;
    let testCount = 0;
    for (let i = 0; i < length; i++) {
      const event = events[i] as number;
      const own = event & eventBits.basis ? basis.test : basis.key;
      if (own !== otherBases[i]) continue;
      const intensity = intensities[i] as number;
      if (own === basis.key) {
        key[keyCount++] = event & eventBits.bit;
        this.#keyCounts[intensity] = (this.#keyCounts[intensity] ?? 0) + 1;
      } else {
        test[testCount] = event & eventBits.bit;
        testIntensities[testCount++] = intensity;
        this.#testCounts[intensity] = (this.#testCounts[intensity] ?? 0) + 1;
      }
    }
    this.#keyBits += keyCount;
    this.#keyParts.push(cut(key, keyCount));
    this.#testParts.push(cut(test, testCount));
    this.#testIntensityParts.push(cut(testIntensities, testCount));
  }

  /** Hands over the key-basis bits of all batches and zeroes the parts: they are asked for once. */
  takeKey(): Bits {
    return joined(this.#keyParts);
  }

  takeTest(): Bits {
    return joined(this.#testParts);
  }

  takeTestIntensities(): Bits {
    return joined(this.#testIntensityParts);
  }

  /** Zeroes what is left. */
  destroy(): void {
    for (const parts of [this.#keyParts, this.#testParts]) joined(parts).fill(0);
  }
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

function tripleOf(counts: readonly number[]): Triple {
  return [counts[0] ?? 0, counts[1] ?? 0, counts[2] ?? 0];
}
