/** Design value of a block: ε_sec + ε_cor = 2e-15. Answered before the first block. */
const usual = 14;

/** Remembers which stretch of a pool's key came with which ε, so that the worst still inside can be told. */
export class EpsilonRecord {
  #stretches: { until: number; exponent: number }[] = [];
  #last = usual;

  /** Smallest exponent (largest ε ≤ 10^-exponent) of the key now in the pool, or of the last that was. */
  get exponent(): number {
    let worst = this.#stretches[0]?.exponent ?? this.#last;
    for (const stretch of this.#stretches) worst = Math.min(worst, stretch.exponent);
    return worst;
  }

  /** Key up to stream position `until` came with ε ≤ 10^-exponent. */
  enter(until: number, exponent: number): void {
    this.#last = exponent;
    const newest = this.#stretches.at(-1);
    if (newest?.exponent === exponent) newest.until = until;
    else this.#stretches.push({ until, exponent });
  }

  /** Key before stream position `until` has left the pool. */
  leave(until: number): void {
    while (this.#stretches.length > 0 && (this.#stretches[0]?.until ?? 0) <= until) this.#stretches.shift();
  }
}
