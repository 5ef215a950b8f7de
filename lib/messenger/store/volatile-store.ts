import type { Bytes } from "../../shared/bytes.ts";
import { MessengerError } from "../messenger-error.ts";
import {
  type DeviceStore,
  type RangeOptions,
  type StoreRow,
  type StoreWrite,
  type Table,
  tables,
} from "./device-store.ts";
import { SortedTable } from "./sorted-table.ts";

/**
 * A device store that forgets everything with its process: for tests and for benchmarks that leave the disk out
 * (and say so). Not encrypted, not durable.
 */
export class VolatileStore implements DeviceStore {
  readonly kind = "volatile";
  readonly shelf = null;
  readonly #tables = new Map(tables.map((table) => [table, new SortedTable()] as const));
  #closed = false;

  async get(table: Table, key: string): Promise<Bytes | undefined> {
    return this.#table(table).get(key);
  }

  async range(table: Table, options: RangeOptions): Promise<readonly StoreRow[]> {
    return this.#table(table).range(options);
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    if (this.#closed) throw new MessengerError("store.closed", "the device store is closed");
    this.commitLazily(writes);
  }

  commitLazily(writes: readonly StoreWrite[]): void {
    for (const { table, key, value } of writes) {
      if (value === null) this.#table(table).delete(key);
      else this.#table(table).set(key, value);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async erase(): Promise<void> {
    for (const table of tables) this.#tables.set(table, new SortedTable());
    this.#closed = true;
  }

  #table(table: Table): SortedTable {
    return this.#tables.get(table) as SortedTable;
  }
}
