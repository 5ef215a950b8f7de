import type { Bytes } from "../../shared/bytes.ts";

/** Tables of a device's private database. A new table needs no migration: rows are named by table and key. */
export const tables = [
  "device",
  "certificates",
  "rosters",
  "progress",
  "senders",
  "epochs",
  "messages",
  "identifiers",
  "hashes",
  "records",
  "outbox",
  "parked",
  "receipts",
  "tips",
  "contacts",
  "timeline",
  "content",
  "changes",
  "timed",
  "settings",
  "transfers",
  "chunks",
  "vault",
  "unopened",
  "answered",
] as const;

export type Table = (typeof tables)[number];

/** One change: `value` null removes the row. */
export interface StoreWrite {
  readonly table: Table;
  readonly key: string;
  readonly value: Bytes | null;
}

export interface StoreRow {
  readonly key: string;
  readonly value: Bytes;
}

export interface RangeOptions {
  /** Only keys that begin with this. */
  readonly prefix: string;
  /** Only this key and those after it. */
  readonly from?: string;
  /** Only keys before this one. */
  readonly before?: string;
  readonly limit?: number;
  /** Greatest key first. */
  readonly reverse?: boolean;
}

/** A private key that the platform keeps and never turns into bytes, with its raw public key. */
export interface ShelvedKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: Bytes;
}

/** Holds non-extractable keys (browsers: structured clone into IndexedDB). */
export interface KeyShelf {
  get(name: string): Promise<ShelvedKey | undefined>;
  put(name: string, key: ShelvedKey): Promise<void>;
  /** Removes every key that was put here. */
  clear(): Promise<void>;
}

/**
 * A device's private database: tables of key → value, values encrypted at rest by the implementation.
 * Keys are identifiers and ordinals, never text a person wrote. One engine owns a store at a time.
 */
export interface DeviceStore {
  /** Where rows live; "volatile" forgets everything with the process (tests and benchmarks only). */
  readonly kind: "device-disk" | "node-file" | "volatile";
  /** Where non-extractable keys live, or null: then keys are rows, wrapped like everything else. */
  readonly shelf: KeyShelf | null;
  get(table: Table, key: string): Promise<Bytes | undefined>;
  /** Rows in key order (by UTF-16 code unit). */
  range(table: Table, options: RangeOptions): Promise<readonly StoreRow[]>;
  /**
   * Makes all writes durable together, or none. Commits become visible to reads at once and durable in the
   * order of the calls; concurrent calls share one flush. The promise resolves when they would survive a crash.
   * @throws MessengerError "store.write-failed": nothing of this batch may be relied on, the store is closed.
   */
  commit(writes: readonly StoreWrite[]): Promise<void>;
  /**
   * As `commit`, for what a crash may lose: visible to reads at once, durable with the next commit, after the earlier
   * ones, at the latest after a moment. A failure shows at the next commit.
   */
  commitLazily(writes: readonly StoreWrite[]): void;
  /** Waits for pending commits and lets go of files and locks. */
  close(): Promise<void>;
  /** Removes every row, key and file of this store. It is closed afterwards. */
  erase(): Promise<void>;
}
