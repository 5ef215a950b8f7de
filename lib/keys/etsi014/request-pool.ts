interface Wish<Item, Result> {
  readonly item: Item;
  readonly weight: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

interface Group<Item, Result> {
  waiting: Wish<Item, Result>[];
  inFlight: number;
  scheduled: boolean;
}

const inFlightPerGroup = 2;

/**
 * Lets wishes of one group that come together travel as one request of at most `most` in weight. While requests of
 * the group are under way, further wishes gather. When a joint request fails, each wish is sent alone, so that one
 * that cannot be met does not spoil the others.
 */
export class RequestPool<Item, Result> {
  readonly #send: (items: readonly Item[], group: string) => Promise<readonly Result[]>;
  readonly #groups = new Map<string, Group<Item, Result>>();

  /** @param send answers one result for each item, in order. */
  constructor(send: (items: readonly Item[], group: string) => Promise<readonly Result[]>) {
    this.#send = send;
  }

  ask(name: string, item: Item, weight: number, most: number): Promise<Result> {
    return new Promise((resolve, reject) => {
      const group = this.#groups.get(name) ?? { waiting: [], inFlight: 0, scheduled: false };
      this.#groups.set(name, group);
      group.waiting.push({ item, weight, resolve, reject });
      this.#schedule(name, group, most);
    });
  }

  #schedule(name: string, group: Group<Item, Result>, most: number): void {
    if (group.scheduled || group.waiting.length === 0 || group.inFlight >= inFlightPerGroup) return;
    group.scheduled = true;
    setImmediate(() => {
      group.scheduled = false;
      const load = takeLoad(group, most);
      group.inFlight++;
      this.#schedule(name, group, most);
      void this.#travel(load, name).finally(() => {
        group.inFlight--;
        if (group.inFlight === 0 && group.waiting.length === 0) this.#groups.delete(name);
        else this.#schedule(name, group, most);
      });
    });
  }

  async #travel(load: readonly Wish<Item, Result>[], name: string): Promise<void> {
    try {
      const results = await this.#send(
        load.map((wish) => wish.item),
        name,
      );
      for (const [i, wish] of load.entries()) wish.resolve(results[i] as Result);
    } catch (error) {
      const [only] = load;
      if (load.length === 1 && only !== undefined) only.reject(error);
      else await Promise.all(load.map((wish) => this.#travel([wish], name)));
    }
  }
}

function takeLoad<Item, Result>(group: Group<Item, Result>, most: number): Wish<Item, Result>[] {
  const load: Wish<Item, Result>[] = [];
  let weight = 0;
  for (let next = group.waiting[0]; next !== undefined; next = group.waiting[0]) {
    if (load.length > 0 && weight + next.weight > most) break;
    weight += next.weight;
    load.push(next);
    group.waiting.shift();
  }
  return load;
}
