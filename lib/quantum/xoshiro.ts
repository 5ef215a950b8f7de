/**
 * xoshiro128** of a 32-bit seed (spread by splitmix32): fast public pseudo-randomness for interleavers and parity
 * masks, which both ends derive from an announced seed. Never for keys.
 */
export function createXoshiro(seed: number): () => number {
  const state = seededState(seed);
  const word = new Uint32Array(1);
  return () => {
    fillWords(state, word);
    return word[0] as number;
  };
}

/** The first `count` words of the same. */
export function xoshiroWords(seed: number, count: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(count);
  fillWords(seededState(seed), words);
  return words;
}

function seededState(seed: number): Int32Array {
  let state = seed | 0;
  const spread = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  };
  return Int32Array.of(spread(), spread(), spread(), spread() | 1);
}

function fillWords(state: Int32Array, words: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let i = 0; i < words.length; i++) {
    const times5 = Math.imul(b, 5);
    words[i] = Math.imul((times5 << 7) | (times5 >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
  }
  state.set([a, b, c, d]);
}
