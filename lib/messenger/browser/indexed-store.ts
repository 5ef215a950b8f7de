import { deleteDB, type IDBPDatabase, openDB } from "idb";
import type { Bytes } from "../../shared/bytes.ts";
import { MessengerError } from "../messenger-error.ts";
import {
  type DeviceStore,
  type KeyShelf,
  type RangeOptions,
  type StoreRow,
  type StoreWrite,
  type Table,
  tables,
} from "../store/device-store.ts";
import { GroupCommit } from "../store/group-commit.ts";
import { RowCipher } from "./row-cipher.ts";

const afterAnyKey = "\uffff";

/**
 * The browser's device store: one IndexedDB database per profile, one object store per table, values encrypted
 * under a non-extractable key that lives in the same database. Commits that share a flush (group-commit.ts) are one
 * transaction; reads see them at once.
 */
export class IndexedStore implements DeviceStore {
  readonly kind = "device-disk";
  readonly shelf: KeyShelf;
  readonly #database: IDBPDatabase;
  readonly #cipher: RowCipher;
  readonly #unwritten = new Map<Table, Map<string, Bytes | null>>(tables.map((table) => [table, new Map()]));
  readonly #commits = new GroupCommit({
    write: (writes) => this.#write(writes),
    failure: (cause) =>
      new MessengerError("store.write-failed", "the browser refused to save", {
        cause,
        nextStep: "Free disk space, then reload the page. Messages already sent are safe.",
      }),
    turn: () => Promise.resolve(),
  });

  private constructor(database: IDBPDatabase, key: CryptoKey) {
    this.#database = database;
    this.#cipher = new RowCipher(key);
    this.shelf = {
      get: async (name) => await database.get("keys", name),
      put: async (name, key) => {
        await database.put("keys", key, name);
      },
      clear: async () => {
        for (const name of await database.getAllKeys("keys"))
          if (name !== "rows") await database.delete("keys", name);
      },
    };
  }

  /** Opens or makes the database `name`. @throws MessengerError "store.unavailable" (private mode, disk full). */
  static async open(name: string): Promise<IndexedStore> {
    try {
      // Tables are only ever added: their number is the version.
      const database = await openDB(name, tables.length, {
        upgrade(older) {
          for (const table of [...tables, "keys"])
            if (!older.objectStoreNames.contains(table)) older.createObjectStore(table);
        },
      });
      let key: CryptoKey | undefined = await database.get("keys", "rows");
      if (key === undefined) {
        key = await RowCipher.makeKey();
        await database.put("keys", key, "rows");
      }
      return new IndexedStore(database, key);
    } catch (cause) {
      throw new MessengerError("store.unavailable", "this browser does not let the page keep a database", {
        cause,
        nextStep: "Allow site data for this address, or use a normal window.",
      });
    }
  }

  async get(table: Table, key: string): Promise<Bytes | undefined> {
    this.#commits.check();
    const unwritten = this.#overlay(table).get(key);
    if (unwritten !== undefined) return unwritten ?? undefined;
    const sealed: Bytes | undefined = await this.#database.get(table, key);
    return sealed === undefined ? undefined : await this.#cipher.open(`${table}/${key}`, sealed);
  }

  async range(table: Table, options: RangeOptions): Promise<readonly StoreRow[]> {
    this.#commits.check();
    const { prefix, from = prefix, before, limit = Number.POSITIVE_INFINITY, reverse = false } = options;
    const lower = from < prefix ? prefix : from;
    const upper = before ?? prefix + afterAnyKey;
    if (lower >= upper) return [];
    const within = (key: string) => key.startsWith(prefix) && key >= lower && key < upper;
    const overlay = new Map([...this.#overlay(table)].filter(([key]) => within(key)));
    const keys = new Set(await this.#keys(table, lower, upper, limit + overlay.size, reverse));
    for (const [key, value] of overlay) {
      if (value === null) keys.delete(key);
      else keys.add(key);
    }
    const sorted = [...keys].filter(within).sort((a, b) => (a < b ? -1 : 1));
    if (reverse) sorted.reverse();
    const chosen = sorted.slice(0, limit);
    const rows = await Promise.all(
      chosen.map(async (key) => ({ key, value: overlay.get(key) ?? (await this.get(table, key)) })),
    );
    return rows.filter((row): row is StoreRow => row.value !== undefined);
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    this.#commits.check();
    this.#apply(writes);
    return this.#commits.add(writes);
  }

  commitLazily(writes: readonly StoreWrite[]): void {
    this.#commits.check();
    this.#apply(writes);
    this.#commits.addLazily(writes);
  }

  async close(): Promise<void> {
    await this.#commits.close(new MessengerError("store.closed", "the device store is closed"));
    this.#database.close();
  }

  async erase(): Promise<void> {
    await this.close();
    await deleteDB(this.#database.name);
  }

  async #keys(
    table: Table,
    lower: string,
    upper: string,
    limit: number,
    reverse: boolean,
  ): Promise<string[]> {
    const range = IDBKeyRange.bound(lower, upper, false, true);
    if (!reverse) {
      const count = Number.isFinite(limit) ? limit : undefined;
      return (await this.#database.getAllKeys(table, range, count)) as string[];
    }
    const keys: string[] = [];
    let cursor = await this.#database.transaction(table).store.openKeyCursor(range, "prev");
    while (cursor && keys.length < limit) {
      keys.push(cursor.key as string);
      cursor = await cursor.continue();
    }
    return keys;
  }

  #apply(writes: readonly StoreWrite[]): void {
    for (const { table, key, value } of writes) this.#overlay(table).set(key, value);
  }

  async #write(writes: readonly StoreWrite[]): Promise<void> {
    const sealed = await Promise.all(
      writes.map(async ({ table, key, value }) => ({
        table,
        key,
        value: value === null ? null : await this.#cipher.seal(`${table}/${key}`, value),
      })),
    );
    const names = [...new Set(writes.map((write) => write.table))];
    if (names.length === 0) return;
    const transaction = this.#database.transaction(names, "readwrite", { durability: "strict" });
    for (const { table, key, value } of sealed) {
      if (value === null) transaction.objectStore(table).delete(key);
      else transaction.objectStore(table).put(value, key);
    }
    await transaction.done;
    for (const { table, key, value } of writes) {
      const overlay = this.#overlay(table);
      if (overlay.get(key) === value) overlay.delete(key);
    }
  }

  #overlay(table: Table): Map<string, Bytes | null> {
    return this.#unwritten.get(table) as Map<string, Bytes | null>;
  }
}
