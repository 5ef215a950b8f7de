import type { LinkNetwork } from "../link-types.ts";

/** Bytes per second of wall time, over the last two minutes or what is known of them. */
export interface LinkRates {
  /** Key made, less what the link uses for itself. */
  readonly produced: number;
  /** Key that relay and supply took. */
  readonly consumed: number;
}

interface Sample {
  readonly at: number;
  readonly made: number;
  readonly used: number;
}

const windowMs = 120_000;
const betweenSamplesMs = 1000;
const shortestMs = 3000;

/** Measures production and use of every link from the pools' own counts. */
export class LinkMeters {
  readonly #network: LinkNetwork;
  readonly #now: () => number;
  readonly #samples = new Map<string, Sample[]>();

  constructor(network: LinkNetwork, now: () => number) {
    this.#network = network;
    this.#now = now;
    network.onChange((link) => this.#sample(link));
    for (const { linkId } of network.pools()) this.#sample(linkId);
  }

  /** Undefined while too short a time was measured. */
  rates(link: string): LinkRates | undefined {
    const last = this.#sample(link);
    const first = this.#samples.get(link)?.[0];
    const seconds = first === undefined ? 0 : (last.at - first.at) / 1000;
    if (first === undefined || seconds * 1000 < shortestMs) return undefined;
    return {
      produced: Math.max(0, last.made - first.made) / seconds,
      consumed: Math.max(0, last.used - first.used) / seconds,
    };
  }

  #sample(link: string): Sample {
    const { a } = this.#network.counts(link);
    const own = a.authentication + a.expired + a.discarded;
    const sample = { at: this.#now(), made: a.generated - own, used: a.relayed + a.supplied };
    const samples = this.#samples.get(link) ?? [];
    this.#samples.set(link, samples);
    const before = samples.at(-1);
    if (before === undefined || sample.at - before.at >= betweenSamplesMs) samples.push(sample);
    while (samples.length > 2 && (samples[1] as Sample).at <= sample.at - windowMs) samples.shift();
    return sample;
  }
}
