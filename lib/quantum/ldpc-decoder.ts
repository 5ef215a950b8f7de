import type { LdpcCode } from "./ldpc-code.ts";

/** Takes off what minimum and sum overrate (normalised min-sum, Chen and Fossorier 2002): checks have many edges here. */
const damping = 0.7;

/** Bits of the syndrome: one per check, one bit per byte. */
export function ldpcSyndrome(code: LdpcCode, bits: Uint8Array): Uint8Array<ArrayBuffer> {
  const { lift, baseRows, rowStart, columnOf, shiftOf } = code;
  const syndrome = new Uint8Array(baseRows * lift);
  for (let row = 0; row < baseRows; row++) {
    const out = row * lift;
    for (let edge = rowStart[row] as number; edge < (rowStart[row + 1] as number); edge++) {
      const base = (columnOf[edge] as number) * lift;
      const shift = shiftOf[edge] as number;
      const wrapped = lift - shift;
      for (let z = 0; z < wrapped; z++)
        syndrome[out + z] = (syndrome[out + z] as number) ^ (bits[base + shift + z] as number);
      for (let z = wrapped; z < lift; z++)
        syndrome[out + z] = (syndrome[out + z] as number) ^ (bits[base + z - wrapped] as number);
    }
  }
  return syndrome;
}

/** Decodes syndromes of one code; its memory is used again for every frame. */
export class LdpcDecoder {
  readonly #code: LdpcCode;
  readonly #messages: Float32Array;
  readonly #beliefs: Float32Array;
  readonly #minimum: Float32Array;
  readonly #second: Float32Array;
  readonly #place: Uint8Array;
  readonly #sign: Uint8Array;

  constructor(code: LdpcCode) {
    const { lift, columnOf, baseColumns } = code;
    this.#code = code;
    this.#messages = new Float32Array(columnOf.length * lift);
    this.#beliefs = new Float32Array(baseColumns * lift);
    this.#minimum = new Float32Array(lift);
    this.#second = new Float32Array(lift);
    this.#place = new Uint8Array(lift);
    this.#sign = new Uint8Array(lift);
  }

  /**
   * Layered min-sum: finds bits with this syndrome near the given ones.
   * @param prior log-likelihood ratios, above 0 for a 0. @param bits gets the decision, one bit per byte.
   * @returns the number of rounds, or 0 when the syndrome was not reached within `mostRounds`.
   */
  decode(prior: Float32Array, syndrome: Uint8Array, bits: Uint8Array, mostRounds: number): number {
    const beliefs = this.#beliefs;
    beliefs.set(prior);
    this.#messages.fill(0);
    for (let round = 1; round <= mostRounds; round++) {
      for (let row = 0; row < this.#code.baseRows; row++) this.#updateRow(row, syndrome);
      for (let i = 0; i < bits.length; i++) bits[i] = (beliefs[i] as number) < 0 ? 1 : 0;
      const reached = ldpcSyndrome(this.#code, bits);
      let wrong = 0;
      for (let i = 0; i < reached.length; i++) wrong |= (reached[i] as number) ^ (syndrome[i] as number);
      if (wrong === 0) return round;
    }
    return 0;
  }

  /** Zeroes what the last frame left. */
  destroy(): void {
    this.#messages.fill(0);
    this.#beliefs.fill(0);
  }

  /** All checks of one base row: first the two least beliefs and the signs, then the messages back. */
  #updateRow(row: number, syndrome: Uint8Array): void {
    const { lift, rowStart, columnOf, shiftOf } = this.#code;
    const beliefs = this.#beliefs;
    const messages = this.#messages;
    const minimum = this.#minimum.fill(Number.POSITIVE_INFINITY);
    const second = this.#second.fill(Number.POSITIVE_INFINITY);
    const place = this.#place;
    const sign = this.#sign;
    for (let z = 0; z < lift; z++) sign[z] = syndrome[row * lift + z] as number;
    const first = rowStart[row] as number;
    const end = rowStart[row + 1] as number;
    for (let edge = first; edge < end; edge++) {
      const base = (columnOf[edge] as number) * lift;
      const at = edge * lift;
      let bit = shiftOf[edge] as number;
      for (let z = 0; z < lift; z++) {
        const value = (beliefs[base + bit] as number) - (messages[at + z] as number);
        beliefs[base + bit] = value;
        if (++bit === lift) bit = 0;
        const size = value < 0 ? -value : value;
        if (value < 0) sign[z] = (sign[z] as number) ^ 1;
        if (size < (minimum[z] as number)) {
          second[z] = minimum[z] as number;
          minimum[z] = size;
          place[z] = edge - first;
        } else if (size < (second[z] as number)) second[z] = size;
      }
    }
    for (let edge = first; edge < end; edge++) {
      const base = (columnOf[edge] as number) * lift;
      const at = edge * lift;
      let bit = shiftOf[edge] as number;
      for (let z = 0; z < lift; z++) {
        const value = beliefs[base + bit] as number;
        const size = damping * ((place[z] === edge - first ? second[z] : minimum[z]) as number);
        const negative = (sign[z] as number) ^ (value < 0 ? 1 : 0);
        const message = negative === 1 ? -size : size;
        messages[at + z] = message;
        beliefs[base + bit] = value + message;
        if (++bit === lift) bit = 0;
      }
    }
  }
}
