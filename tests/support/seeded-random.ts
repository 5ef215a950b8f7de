/** Choices of a test that must be repeatable: mulberry32. Never for keys. */
export interface SeededRandom {
  readonly seed: number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
}

/** The seed comes from FAULTS_SEED, else from the clock, and is printed so that a failure can be repeated. */
export function seededRandom(name: string): SeededRandom {
  const seed = Number(process.env.FAULTS_SEED ?? Date.now() % 1_000_000);
  console.log(`${name}: FAULTS_SEED=${seed}`);
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number): number => low + next() * (high - low);
  return { seed, between, pick: (items) => items[Math.floor(between(0, items.length))]! };
}
