/** Time of the satellites. It may run faster than the computer's, which the fibre links keep. */
export interface NetworkClock {
  /** Network time, ms UTC. */
  now(): number;
  /** Network seconds that pass in one wall second. */
  readonly rate: number;
}

/** How fast the satellites' time may run. */
const orbitRates = { least: 1, most: 120 } as const;

export function isOrbitRate(rate: number): boolean {
  return rate >= orbitRates.least && rate <= orbitRates.most;
}

/** Network time that begins as wall time and goes on at `rate`; another rate takes effect from now on. */
export class OrbitClock implements NetworkClock {
  readonly #wall: () => number;
  #rate = 1;
  #from: number;
  #origin: number;

  /** @param wall ms UTC. @throws RangeError when the rate is out of range. */
  constructor(wall: () => number, rate = 1) {
    this.#wall = wall;
    this.#from = wall();
    this.#origin = this.#from;
    this.setRate(rate);
  }

  get rate(): number {
    return this.#rate;
  }

  now(): number {
    return this.#origin + (this.#wall() - this.#from) * this.#rate;
  }

  /** @throws RangeError when the rate is not from 1 to 120. */
  setRate(rate: number): void {
    if (!isOrbitRate(rate)) {
      throw new RangeError(`rate is ${rate}; it must be from ${orbitRates.least} to ${orbitRates.most}`);
    }
    this.#origin = this.now();
    this.#from = this.#wall();
    this.#rate = rate;
  }
}
