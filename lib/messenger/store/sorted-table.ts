import type { Bytes } from "../../shared/bytes.ts";
import type { RangeOptions, StoreRow } from "./device-store.ts";

/**
 * One table in memory: a hash map, plus its keys in order, sorted only when a range is asked after keys came or
 * went. Appending in key order (the usual case: ordinals) keeps the order without sorting.
 */
export class SortedTable {
  readonly #rows = new Map<string, Bytes>();
  #keys: string[] = [];
  #ordered = true;

  get size(): number {
    return this.#rows.size;
  }

  get(key: string): Bytes | undefined {
    return this.#rows.get(key);
  }

  entries(): IterableIterator<[string, Bytes]> {
    return this.#rows.entries();
  }

  set(key: string, value: Bytes): void {
    if (!this.#rows.has(key) && this.#ordered) {
      const last = this.#keys.at(-1);
      if (last === undefined || last < key) this.#keys.push(key);
      else this.#ordered = false;
    }
    this.#rows.set(key, value);
  }

  delete(key: string): void {
    if (!this.#rows.delete(key) || !this.#ordered) return;
    if (this.#keys.at(-1) === key) this.#keys.pop();
    else this.#ordered = false;
  }

  range(options: RangeOptions): StoreRow[] {
    const { prefix, from = prefix, before, limit = Number.POSITIVE_INFINITY, reverse = false } = options;
    this.#order();
    const keys = this.#keys;
    const first = this.#lowerBound(from < prefix ? prefix : from);
    let end = first;
    if (before !== undefined) end = Math.max(first, this.#lowerBound(before));
    else end = this.#prefixEnd(prefix, first);
    const rows: StoreRow[] = [];
    for (let step = 0; step < end - first && rows.length < limit; step++) {
      const key = keys[reverse ? end - 1 - step : first + step] as string;
      if (!key.startsWith(prefix)) {
        if (reverse) continue;
        break;
      }
      rows.push({ key, value: this.#rows.get(key) as Bytes });
    }
    return rows;
  }

  #order(): void {
    if (this.#ordered) return;
    this.#keys = [...this.#rows.keys()].sort((a, b) => (a < b ? -1 : 1));
    this.#ordered = true;
  }

  #lowerBound(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #prefixEnd(prefix: string, first: number): number {
    let low = first;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] as string).startsWith(prefix)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
