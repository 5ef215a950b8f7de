/**
 * Remembers at least the last `least` entries and at most twice as many: when the young half is full it becomes the
 * old half, and the old one is forgotten at once. Cheaper than evicting one by one from a long Map.
 */
export class RecentMap<V> {
  readonly #least: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  constructor(least: number) {
    this.#least = least;
  }

  get(key: string): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#least && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
