/**
 * Milliseconds to wait before attempt `attempts` + 1: doubles from `first` to `most`, with up to a fifth taken off
 * so that many devices do not come back in one moment. `random` is in [0, 1).
 */
export function backoff(attempts: number, first: number, most: number, random: () => number): number {
  const full = Math.min(most, first * 2 ** Math.min(attempts, 20));
  return Math.round(full * (1 - 0.2 * random()));
}

/** A uniform number in [0, 1) from the platform's random source. */
export function secureRandom(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32;
}
