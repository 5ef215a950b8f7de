import type { BitWords } from "./bit-words.ts";
import { xoshiroWords } from "./xoshiro.ts";

/**
 * A pseudo-random permutation of bits that moves whole words. The words are dealt to tiles of 32 in random order, each
 * is turned by a random amount, every tile is transposed (bit c of word r becomes bit r of word c), the words are put
 * in another random order, and each of their eight groups of four bits is moved on by an amount of its own. So the
 * bits of one word go to 32 words, and pairs that meet in one pass of Cascade meet in the next only by chance.
 * Public: both ends derive it from a seed that Alice announces.
 */
export interface Interleaver {
  /** Positions after interleaving, at least `length`, a multiple of 1024; those without a source hold zeros. */
  readonly size: number;
  /** Where the bit at `position` goes. */
  forward(position: number): number;
  /** Where the bit at `position` came from; `length` or more for a hole. */
  inverse(position: number): number;
  /** The words in the new order; `room` words, with zeros at the end. */
  scatter(words: BitWords, room?: number): BitWords;
}

export function createInterleaver(length: number, seed: number): Interleaver {
  const words = Math.max(1, Math.ceil(length / 1024)) * 32;
  const drawn = xoshiroWords(seed, 3 * words + 6);
  const source = randomOrder(words, drawn);
  const target = randomOrder(words, drawn.subarray(words - 1));
  const placeOfSource = inverseOf(source);
  const sourceOfTarget = inverseOf(target);
  const turns = new Uint8Array(words);
  for (let place = 0; place < words; place++) turns[place] = (drawn[2 * words - 2 + place] as number) & 31;
  const moves = drawn.subarray(3 * words - 2).map((word) => word % words);
  return {
    size: words * 32,
    forward(position) {
      const place = placeOfSource[position >>> 5] as number;
      const column = ((position ^ 7) + (turns[place] as number)) & 31;
      const bit = place & 31;
      const word = (target[(place & ~31) | column] as number) - (moves[bit >>> 2] as number);
      return ((word < 0 ? word + words : word) << 5) | (bit ^ 7);
    },
    inverse(position) {
      const bit = (position ^ 7) & 31;
      const word = (position >>> 5) + (moves[bit >>> 2] as number);
      const column = sourceOfTarget[word < words ? word : word - words] as number;
      const place = (column & ~31) | bit;
      return ((source[place] as number) << 5) | (((column - (turns[place] as number)) & 31) ^ 7);
    },
    scatter(bits, room = words) {
      const spread = transposeTiles(bits, source, turns, target);
      const moved = moveGroups(spread, moves, room);
      spread.fill(0);
      return moved;
    },
  };
}

function transposeTiles(
  bits: BitWords,
  source: Uint32Array,
  turns: Uint8Array,
  target: Uint32Array,
): BitWords {
  const words = source.length;
  const spread = new Uint32Array(words);
  const tile = new Uint32Array(32);
  for (let first = 0; first < words; first += 32) {
    for (let row = 0; row < 32; row++) {
      const from = source[first + row] as number;
      const word = from < bits.length ? (bits[from] as number) : 0;
      const turn = turns[first + row] as number;
      tile[row] = (word << turn) | (word >>> (32 - turn));
    }
    transpose(tile);
    for (let column = 0; column < 32; column++)
      spread[target[first + column] as number] = tile[column] as number;
  }
  tile.fill(0);
  return spread;
}

/** Each group of four bits comes from as many words further on as its move says. */
function moveGroups(spread: BitWords, moves: Uint32Array, room: number): BitWords {
  const words = spread.length;
  const twice = new Uint32Array(2 * words);
  twice.set(spread);
  twice.set(spread, words);
  const [m0 = 0, m1 = 0, m2 = 0, m3 = 0, m4 = 0, m5 = 0, m6 = 0, m7 = 0] = moves;
  const moved = new Uint32Array(room);
  for (let i = 0; i < words; i++) {
    const low = ((twice[i + m0] as number) & 0xf) | ((twice[i + m1] as number) & 0xf0);
    const next = ((twice[i + m2] as number) & 0xf00) | ((twice[i + m3] as number) & 0xf000);
    const high = ((twice[i + m4] as number) & 0xf0000) | ((twice[i + m5] as number) & 0xf00000);
    const top = ((twice[i + m6] as number) & 0xf000000) | ((twice[i + m7] as number) & 0xf0000000);
    moved[i] = low | next | high | top;
  }
  twice.fill(0);
  return moved;
}

/** Bit c of word r becomes bit r of word c: halves are exchanged, then quarters, down to single bits. */
function transpose(tile: Uint32Array): void {
  let mask = 0x0000ffff;
  for (let half = 16; half > 0; half >>= 1, mask ^= mask << half) {
    for (let low = 0; low < 32; low = (low + half + 1) & ~half) {
      const a = tile[low] as number;
      const b = tile[low + half] as number;
      const changed = ((a >>> half) ^ b) & mask;
      tile[low] = a ^ (changed << half);
      tile[low + half] = b ^ changed;
    }
  }
}

/** Each place but the first takes one of the drawn words. */
function randomOrder(length: number, drawn: Uint32Array): Uint32Array {
  const order = new Uint32Array(length);
  for (let i = 1; i < length; i++) {
    const other = (drawn[i - 1] as number) % (i + 1);
    order[i] = order[other] as number;
    order[other] = i;
  }
  return order;
}

function inverseOf(order: Uint32Array): Uint32Array {
  const inverse = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) inverse[order[i] as number] = i;
  return inverse;
}
