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

  /** Takes `count`, at most the burst; otherwise the milliseconds until there are as many again. */
  take(now: number, count = 1): { readonly ok: true } | { readonly ok: false; readonly waitMs: number } {
    const gained = (Math.max(0, now - this.#at) * this.#rate.perSecond) / 1000;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + gained);
    this.#at = now;
    if (this.#tokens >= count) {
      this.#tokens -= count;
      return { ok: true };
    }
    return { ok: false, waitMs: Math.ceil(((count - this.#tokens) * 1000) / this.#rate.perSecond) };
  }
}
