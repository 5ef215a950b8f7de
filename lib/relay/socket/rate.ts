export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket. Time is passed in, in milliseconds of any steady clock. */
export class RateLimit {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Takes one; otherwise the milliseconds until there is one again. */
  take(now: number): { readonly ok: true } | { readonly ok: false; readonly waitMs: number } {
    const gained = (Math.max(0, now - this.#at) * this.#rate.perSecond) / 1000;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + gained);
    this.#at = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return { ok: true };
    }
    return { ok: false, waitMs: Math.ceil(((1 - this.#tokens) * 1000) / this.#rate.perSecond) };
  }
}
