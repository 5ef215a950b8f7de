export interface LatencyView {
  /** How many were measured; the figures are of the latest 200 of them. */
  readonly count: number;
  /** Milliseconds; null before the first. */
  readonly last: number | null;
  readonly median: number | null;
  readonly p95: number | null;
}

const kept = 200;

/** The latest latencies of one kind of message, in milliseconds. */
export class Latencies {
  readonly #values: number[] = [];
  #count = 0;

  add(milliseconds: number): void {
    this.#count++;
    this.#values.push(Math.max(0, milliseconds));
    if (this.#values.length > kept) this.#values.shift();
  }

  view(): LatencyView {
    const sorted = [...this.#values].sort((a, b) => a - b);
    const at = (share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
    return { count: this.#count, last: this.#values.at(-1) ?? null, median: at(0.5), p95: at(0.95) };
  }
}
