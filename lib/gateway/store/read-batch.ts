/**
 * Joins look-ups that arrive together into one query: `load` gets every distinct key of the batch and answers by
 * key. A failing load fails every look-up of its batch.
 */
export class ReadBatch<Value> {
  readonly #load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
  #waiting: { key: string; resolve: (value: Value | undefined) => void; reject: (error: unknown) => void }[] =
    [];

  constructor(load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>) {
    this.#load = load;
  }

  get(key: string): Promise<Value | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => void this.#run());
      this.#waiting.push({ key, resolve, reject });
    });
  }

  async #run(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      const found = await this.#load([...new Set(batch.map((entry) => entry.key))]);
      for (const entry of batch) entry.resolve(found.get(entry.key));
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
  }
}
