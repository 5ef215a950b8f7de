/**
 * Bits as 32-bit words over packed bytes: position x is the bit (x & 31) ^ 7 of word x >> 5, which is where packed
 * bytes with the first bit highest put it in memory. An aligned range of 2^k positions is a run of 2^k bits.
 */
export type BitWords = Uint32Array<ArrayBuffer>;

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Copies the first `length` bits of packed bytes into words; `words` at least, with zeros at the end. */
export function wordsOf(packed: Uint8Array, length: number, words = (length + 31) >>> 5): BitWords {
  const target = new Uint32Array(words);
  const bytes = new Uint8Array(target.buffer);
  bytes.set(packed.subarray(0, (length + 7) >> 3));
  if ((length & 7) !== 0) bytes[length >> 3] = (bytes[length >> 3] as number) & (0xff00 >> (length & 7));
  if (!littleEndian) swapBytes(target);
  return target;
}

/** The packed bytes of the first `length` bits, written over `packed`. */
export function writePacked(words: BitWords, length: number, packed: Uint8Array): void {
  const bytes = littleEndian ? words : words.slice();
  if (!littleEndian) swapBytes(bytes);
  packed.set(new Uint8Array(bytes.buffer, bytes.byteOffset, (length + 7) >> 3));
}

/** Parity of 32 bits. */
export function parityOf(word: number): number {
  let rest = word ^ (word >>> 16);
  rest ^= rest >>> 8;
  rest ^= rest >>> 4;
  return (0x6996 >>> (rest & 15)) & 1;
}

/** Ones among 32 bits. */
export function onesOf(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Parity of the 2^level positions from `start`, a multiple of 2^level, all of them within the words. */
export function rangeParity(words: Uint32Array, start: number, level: number): number {
  const first = start >>> 5;
  if (level < 5) {
    const run = (words[first] as number) >>> ((start ^ 7) & 31 & -(1 << level));
    return parityOf(run & ((1 << (1 << level)) - 1));
  }
  const end = first + (1 << (level - 5));
  let folded = 0;
  for (let i = first; i < end; i++) folded ^= words[i] as number;
  return parityOf(folded);
}

export function flipBit(words: Uint32Array, position: number): void {
  const word = position >>> 5;
  words[word] = (words[word] as number) ^ (1 << ((position ^ 7) & 31));
}

function swapBytes(words: Uint32Array): void {
  const view = new DataView(words.buffer, words.byteOffset, words.byteLength);
  for (let i = 0; i < words.length; i++) words[i] = view.getUint32(4 * i, true);
}
