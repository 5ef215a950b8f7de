/**
 * xoshiro128** of a 32-bit seed (spread by splitmix32): fast public pseudo-randomness for interleavers and parity
 * masks, which both ends derive from an announced seed. Never for keys.
 */
export function createXoshiro(seed: number): () => number {
  let state = seed | 0;
  const spread = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  };
  let a = spread();
  let b = spread();
  let c = spread();
  let d = spread() | 1;
  return () => {
    const times5 = Math.imul(b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result >>> 0;
  };
}
