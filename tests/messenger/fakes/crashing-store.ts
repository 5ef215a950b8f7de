import { MessengerError } from "../../../lib/messenger/messenger-error.ts";
import type {
  DeviceStore,
  RangeOptions,
  StoreWrite,
  Table,
} from "../../../lib/messenger/store/device-store.ts";
import { SortedTable } from "../../../lib/messenger/store/sorted-table.ts";
import { type Bytes, copyBytes } from "../../../lib/shared/bytes.ts";

/**
 * A disk that survives its process: `crash` stops every later write from reaching it, as a kill would, and `reopen`
 * gives what the next process finds. Commits reach the disk only when their promise resolves.
 */
export class CrashingDisk {
  readonly rows = new Map<string, Bytes>();
  /** Commits that were made durable, in order, for tests that look at what was written when. */
  readonly history: (readonly StoreWrite[])[] = [];
  /** Called before a commit becomes durable; "crash" kills the process right before it, "crash-after" right after. */
  onCommit: (writes: readonly StoreWrite[]) => "crash" | "crash-after" | undefined = () => undefined;
  /** Told when the process dies. */
  onCrash: () => void = () => undefined;

  reopen(): DeviceStore {
    this.onCommit = () => undefined;
    return new DiskStore(this);
  }
}

class DiskStore implements DeviceStore {
  readonly kind = "volatile";
  readonly shelf = null;
  readonly #disk: CrashingDisk;
  readonly #tables = new Map<Table, SortedTable>();
  #dead = false;

  constructor(disk: CrashingDisk) {
    this.#disk = disk;
    for (const [name, value] of disk.rows) {
      const [table, ...key] = name.split("|") as [Table, ...string[]];
      this.#table(table).set(key.join("|"), copyBytes(value));
    }
  }

  async get(table: Table, key: string): Promise<Bytes | undefined> {
    return this.#table(table).get(key);
  }

  async range(table: Table, options: RangeOptions) {
    return this.#table(table).range(options);
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    for (const { table, key, value } of writes) {
      if (value === null) this.#table(table).delete(key);
      else this.#table(table).set(key, copyBytes(value));
    }
    // A turn of the event loop, as a disk takes.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#dead) throw gone();
    const verdict = this.#disk.onCommit(writes);
    if (verdict === "crash") return await this.#die();
    for (const { table, key, value } of writes) {
      if (value === null) this.#disk.rows.delete(`${table}|${key}`);
      else this.#disk.rows.set(`${table}|${key}`, copyBytes(value));
    }
    this.#disk.history.push(writes);
    if (verdict === "crash-after") return await this.#die();
  }

  commitLazily(writes: readonly StoreWrite[]): void {
    this.commit(writes).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#dead = true;
  }

  async erase(): Promise<void> {
    this.#disk.rows.clear();
    this.#dead = true;
  }

  async #die(): Promise<void> {
    this.#dead = true;
    this.#disk.onCrash();
    throw gone();
  }

  #table(table: Table): SortedTable {
    let found = this.#tables.get(table);
    if (!found) {
      found = new SortedTable();
      this.#tables.set(table, found);
    }
    return found;
  }
}

/** What the dead process would never see; the engine takes it for its own end. */
function gone(): MessengerError {
  return new MessengerError("store.closed", "the process was killed");
}
