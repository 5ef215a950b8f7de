import type { Bytes } from "../shared/bytes.ts";
import { type BitWords, wordsOf } from "./bit-words.ts";
import { packBits } from "./bits.ts";
import {
  blockCount,
  blockParities,
  type CascadePass,
  checkWord,
  maskedPass,
  orderedPass,
  partParity,
} from "./cascade-pass.ts";
import { askKind, readParts } from "./cascade-request.ts";
import { type CascadeSchedule, checkParities } from "./cascade-schedule.ts";
import { QuantumMessageError } from "./errors.ts";

/** Alice's side of Cascade: her bits are the reference; she answers Bob's requests with parities of them. */
export class CascadeResponder {
  readonly #words: BitWords;
  readonly #length: number;
  readonly #schedule: CascadeSchedule;
  readonly #seed: number;
  readonly #passes: CascadePass[] = [];
  #leakedBits = 0;

  /** `packed`: her key, packed, `length` bits. */
  constructor(packed: Uint8Array, length: number, schedule: CascadeSchedule, seed: number) {
    this.#words = wordsOf(packed, length);
    this.#length = length;
    this.#schedule = schedule;
    this.#seed = seed;
  }

  /** Parities of her bits told so far, the only thing that Cascade sends about the key. */
  get leakedBits(): number {
    return this.#leakedBits;
  }

  /**
   * The parities asked for, packed.
   * @throws QuantumMessageError when the request makes no sense here.
   */
  answer(request: Uint8Array): Bytes {
    const kind = request[0];
    const pass = request[1] ?? 0;
    if (kind === askKind.blocks) return this.#tell(this.#blockParities(pass));
    if (kind === askKind.parts) return this.#tell(this.#partParities(pass, readParts(request)));
    if (kind === askKind.check) return this.#tell(this.#checkParities());
    if (kind === askKind.masked) {
      const parity = (request[2] ?? 0) % checkParities;
      this.#passes.push(maskedPass(this.#words, this.#length, this.#seed, parity));
      return new Uint8Array(0);
    }
    throw new QuantumMessageError("unknown reconciliation request");
  }

  /** Zeroes every copy of the bits. */
  destroy(): void {
    this.#words.fill(0);
    for (const pass of this.#passes) pass.words.fill(0);
  }

  #tell(parities: Uint8Array): Bytes {
    this.#leakedBits += parities.length;
    return packBits(parities);
  }

  #blockParities(index: number): Uint8Array {
    const blockLog2 = this.#schedule.blockSizesLog2[index];
    if (blockLog2 === undefined || index !== this.#passes.length) {
      throw new QuantumMessageError("pass out of order");
    }
    const pass = orderedPass(this.#words, this.#length, index, blockLog2, this.#seed);
    this.#passes.push(pass);
    return blockParities(pass);
  }

  #partParities(index: number, parts: Uint32Array): Uint8Array {
    const pass = this.#passes[index];
    if (pass === undefined) throw new QuantumMessageError("parity of an unknown block");
    const places = (2 << pass.blockLog2) - 1;
    const end = blockCount(pass) * (places + 1);
    const parities = new Uint8Array(parts.length);
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as number;
      if (part >= end || (part & places) === 0) throw new QuantumMessageError("parity of an unknown block");
      parities[i] = partParity(pass, part);
    }
    return parities;
  }

  #checkParities(): Uint8Array {
    const word = checkWord(this.#words, this.#seed);
    return Uint8Array.from({ length: checkParities }, (_, i) => (word >>> i) & 1);
  }
}
