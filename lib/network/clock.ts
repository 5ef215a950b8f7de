/**
 * Time of the network. Links, passes and forecasts read it instead of the computer's clock, so that a test or a
 * presentation may run the same network faster, slower or at another date.
 */
export interface NetworkClock {
  /** Network time, ms UTC. */
  now(): number;
  /** Network seconds that pass in one wall second. */
  readonly rate: number;
}

/** Network time is wall time; `wall` answers ms UTC. */
export function wallNetworkClock(wall: () => number): NetworkClock {
  return { now: wall, rate: 1 };
}

/**
 * Network time that starts at `start` (ms UTC) now and runs at `rate`.
 * @throws RangeError when the rate is not positive.
 */
export function scaledNetworkClock(wall: () => number, start: number, rate: number): NetworkClock {
  if (!(rate > 0)) throw new RangeError("a network clock needs a positive rate");
  const origin = wall();
  return { now: () => start + (wall() - origin) * rate, rate };
}
