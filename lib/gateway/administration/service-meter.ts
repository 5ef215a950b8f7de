import type { CommitQueue } from "../../shared/database/commit-queue.ts";

export const minuteMs = 60_000;
/** Upper bounds of the classes of response delay, ms; one more class holds what took longer. */
export const delayBoundsMs = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000] as const;

const sampleMs = 10_000;

/** What is measured of one minute. */
interface Minute {
  answered: number;
  refused: number;
  delayUs: number;
  longestUs: number;
  readonly delays: number[];
  samples: number;
  pairs: number;
  pairsWithKey: number;
  links: number;
  linksUsable: number;
}

/** What is looked at every ten seconds. */
export interface ServiceSample {
  readonly pairs: number;
  readonly pairsWithKey: number;
  readonly links: number;
  readonly linksUsable: number;
}

/** Measures the service that the key managers give, in minutes; each is written when it is over. */
export class ServiceMeter {
  readonly #queue: CommitQueue;
  readonly #now: () => number;
  readonly #minutes = new Map<number, Minute>();
  readonly #log: (error: unknown) => void;

  constructor(queue: CommitQueue, now: () => number, log: (error: unknown) => void) {
    this.#queue = queue;
    this.#now = now;
    this.#log = log;
  }

  noteRequest({ answered, ms }: { readonly answered: boolean; readonly ms: number }): void {
    const minute = this.#current();
    if (!answered) {
      minute.refused++;
      return;
    }
    const us = Math.round(ms * 1000);
    minute.answered++;
    minute.delayUs += us;
    minute.longestUs = Math.max(minute.longestUs, us);
    const bound = delayBoundsMs.findIndex((limit) => ms <= limit);
    const index = bound < 0 ? delayBoundsMs.length : bound;
    minute.delays[index] = (minute.delays[index] ?? 0) + 1;
  }

  noteSample(sample: ServiceSample): void {
    const minute = this.#current();
    minute.samples++;
    minute.pairs += sample.pairs;
    minute.pairsWithKey += sample.pairsWithKey;
    minute.links += sample.links;
    minute.linksUsable += sample.linksUsable;
  }

  /** Samples from now on. Returns the function that stops and writes what is left. */
  start(sample: () => ServiceSample): () => Promise<void> {
    const timer = setInterval(() => {
      this.noteSample(sample());
      this.flush(false).catch(this.#log);
    }, sampleMs);
    timer.unref();
    return async () => {
      clearInterval(timer);
      await this.flush(true).catch(this.#log);
    };
  }

  /** Writes the minutes that are over, or all of them: then the rest of the current one is added later. */
  async flush(all: boolean): Promise<void> {
    const current = this.#minuteOf();
    const due = [...this.#minutes].filter(([minute]) => all || minute < current);
    for (const [name, minute] of due) {
      this.#minutes.delete(name);
      await this.#queue.run((client) => client.query(addMinute, valuesOf(name, minute)));
    }
  }

  #minuteOf(): number {
    return Math.floor(this.#now() / minuteMs);
  }

  #current(): Minute {
    const name = this.#minuteOf();
    const known = this.#minutes.get(name);
    if (known !== undefined) return known;
    const fresh: Minute = {
      answered: 0,
      refused: 0,
      delayUs: 0,
      longestUs: 0,
      delays: new Array<number>(delayBoundsMs.length + 1).fill(0),
      samples: 0,
      pairs: 0,
      pairsWithKey: 0,
      links: 0,
      linksUsable: 0,
    };
    this.#minutes.set(name, fresh);
    return fresh;
  }
}

const addMinute = `
  INSERT INTO service_minutes AS held
    (minute, answered, refused, delay_us, longest_us, delays, samples, pairs, pairs_with_key, links, links_usable)
  VALUES ($1, $2, $3, $4, $5, $6::int4[], $7, $8, $9, $10, $11)
  ON CONFLICT (minute) DO UPDATE SET
    answered = held.answered + EXCLUDED.answered,
    refused = held.refused + EXCLUDED.refused,
    delay_us = held.delay_us + EXCLUDED.delay_us,
    longest_us = greatest(held.longest_us, EXCLUDED.longest_us),
    delays = ARRAY(SELECT a + b FROM unnest(held.delays, EXCLUDED.delays) WITH ORDINALITY AS both_(a, b, place) ORDER BY place),
    samples = held.samples + EXCLUDED.samples,
    pairs = held.pairs + EXCLUDED.pairs,
    pairs_with_key = held.pairs_with_key + EXCLUDED.pairs_with_key,
    links = held.links + EXCLUDED.links,
    links_usable = held.links_usable + EXCLUDED.links_usable`;

function valuesOf(name: number, minute: Minute): (number | number[])[] {
  return [
    name,
    minute.answered,
    minute.refused,
    minute.delayUs,
    minute.longestUs,
    minute.delays,
    minute.samples,
    minute.pairs,
    minute.pairsWithKey,
    minute.links,
    minute.linksUsable,
  ];
}
