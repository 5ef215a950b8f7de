/** Bits per wall second over the last minute, or since `start` while that is shorter. Times in ms. */
export class RateMeter {
  readonly #start: number;
  #entries: { at: number; bits: number }[] = [];

  constructor(start: number) {
    this.#start = start;
  }

  add(at: number, bits: number): void {
    this.#entries.push({ at, bits });
    this.#forget(at);
  }

  rate(now: number): number {
    this.#forget(now);
    const bits = this.#entries.reduce((sum, entry) => sum + entry.bits, 0);
    return bits / Math.max(1, Math.min(60, (now - this.#start) / 1000));
  }

  #forget(now: number): void {
    const keepFrom = now - 60_000;
    while ((this.#entries[0]?.at ?? now) < keepFrom) this.#entries.shift();
  }
}
