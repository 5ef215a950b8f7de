import { createXoshiro } from "./xoshiro.ts";

/**
 * A pseudo-random permutation that needs no table: positions are laid out in rows of `columns` (a power of two),
 * each row is scrambled by an odd factor and a shift of its own, and the result is read by columns. Neighbours
 * never stay neighbours, and pairs that meet in one pass of Cascade meet in the next only by chance.
 * Public: both ends derive it from a seed that Alice announces.
 */
export interface Interleaver {
  /** Positions after interleaving, at least `length`; those without a source hold zeros. */
  readonly size: number;
  /** Where the bit at `position` goes. */
  forward(position: number): number;
  /** Where the bit at `position` came from; `length` or more for a hole. */
  inverse(position: number): number;
  /** Spreads `bits` into `target` (size bytes, zeroed). */
  scatter(bits: Uint8Array, target: Uint8Array): void;
}

export function createInterleaver(length: number, seed: number): Interleaver {
  const columnsLog = Math.max(1, Math.ceil(Math.log2(Math.max(2, length)) / 2));
  const columns = 1 << columnsLog;
  const mask = columns - 1;
  const rows = Math.max(1, Math.ceil(length / columns));
  const next = createXoshiro(seed);
  const factors = new Uint32Array(rows);
  const inverses = new Uint32Array(rows);
  const shifts = new Uint32Array(rows);
  const places = new Uint32Array(rows);
  const rowAt = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    const word = next();
    const factor = (word & mask) | 1;
    factors[row] = factor;
    inverses[row] = inverseModulo(factor) & mask;
    shifts[row] = (word >>> 16) & mask;
    rowAt[row] = row;
  }
  for (let row = rows - 1; row > 0; row--) {
    const other = next() % (row + 1);
    const held = rowAt[row] as number;
    rowAt[row] = rowAt[other] as number;
    rowAt[other] = held;
  }
  for (let place = 0; place < rows; place++) places[rowAt[place] as number] = place;
  return {
    size: rows * columns,
    forward(position) {
      const row = position >>> columnsLog;
      const column = (Math.imul(factors[row] as number, position & mask) + (shifts[row] as number)) & mask;
      return column * rows + (places[row] as number);
    },
    inverse(position) {
      const column = Math.floor(position / rows);
      const row = rowAt[position - column * rows] as number;
      return (
        (row << columnsLog) | (Math.imul(inverses[row] as number, column - (shifts[row] as number)) & mask)
      );
    },
    scatter(bits, target) {
      // In the order of places, so that rows which share cache lines of the target follow each other.
      for (let place = 0; place < rows; place++) {
        const row = rowAt[place] as number;
        const factor = factors[row] as number;
        const end = Math.min((row + 1) << columnsLog, length);
        let column = shifts[row] as number;
        for (let from = row << columnsLog; from < end; from++) {
          target[column * rows + place] = bits[from] as number;
          column = (column + factor) & mask;
        }
      }
    },
  };
}

/** Inverse of an odd number modulo 2^32 (Newton's iteration doubles the right bits). */
function inverseModulo(odd: number): number {
  let inverse = odd;
  for (let i = 0; i < 4; i++) inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse));
  return inverse >>> 0;
}
