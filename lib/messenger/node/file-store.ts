import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Bytes, concatBytes } from "../../shared/bytes.ts";
import { type FolderLock, lockFolder } from "../../shared/database/folder-lock.ts";
import { VernamError } from "../../shared/errors.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import { MessengerError } from "../messenger-error.ts";
import {
  type DeviceStore,
  type RangeOptions,
  type StoreRow,
  type StoreWrite,
  type Table,
  tables,
} from "../store/device-store.ts";
import { GroupCommit } from "../store/group-commit.ts";
import { SortedTable } from "../store/sorted-table.ts";
import { LogFile } from "./log-file.ts";
import { saltLength, sealFrame, sealSegment, segmentKey } from "./log-frame.ts";
import { magic, readLog } from "./read-log.ts";
import { encodeWrites } from "./write-batch.ts";

const compactAboveBytes = 1 << 20;
const framePayloadLimit = 1 << 20;

export interface FileStoreOptions {
  readonly folder: string;
  /** 32 bytes; the store keeps its own copy of what it needs and never writes it. */
  readonly key: SecretBytes;
}

/**
 * The Node device store: all rows in memory, every change in one append-only encrypted file. Commits that share a
 * flush (group-commit.ts) are one frame and one write through to the disk. The file is written anew
 * at opening when more than half of it is old.
 */
export class FileStore implements DeviceStore {
  readonly kind = "node-file";
  readonly shelf = null;
  readonly #folder: string;
  readonly #tables: Map<Table, SortedTable>;
  readonly #lock: FolderLock;
  readonly #file: LogFile;
  readonly #key: Bytes;
  readonly #commits = new GroupCommit({
    write: (writes) => this.#append(writes),
    failure: (cause) =>
      new MessengerError("store.write-failed", "the disk refused the device store's log", {
        cause,
        nextStep: "Free disk space, then start again. Messages already sent are safe.",
      }),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
  });
  #counter = 0;

  private constructor(
    folder: string,
    rows: Map<Table, SortedTable>,
    lock: FolderLock,
    file: LogFile,
    key: Bytes,
  ) {
    this.#folder = folder;
    this.#tables = rows;
    this.#lock = lock;
    this.#file = file;
    this.#key = key;
  }

  /**
   * Opens or makes the store of a folder.
   * @throws MessengerError "store.locked", "store.wrong-key", "store.corrupt", "store.not-a-store"; the file is
   * then as it was.
   */
  static async open({ folder, key }: FileStoreOptions): Promise<FileStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lock = lockStore(folder);
    try {
      const rows = new Map(tables.map((table) => [table, new SortedTable()] as const));
      const path = join(folder, "device.log");
      await rm(`${path}.new`, { force: true });
      const old = await readFile(path).catch(() => Buffer.alloc(0));
      const bytes = new Uint8Array(old.buffer, old.byteOffset, old.length) as Bytes;
      const { end, segments } = readLog(bytes, key, ({ table, key: row, value }) => {
        const rowsOfTable = rows.get(table) as SortedTable;
        if (value === null) rowsOfTable.delete(row);
        else rowsOfTable.set(row, value);
      });
      if (segments === 0) await writeFresh(folder, key, rows);
      else if (end > compactAboveBytes && liveBytes(rows) < end / 2) await writeFresh(folder, key, rows);
      else return await FileStore.#openLog(folder, rows, lock, key, end, segments);
      return await FileStore.#openLog(folder, rows, lock, key, undefined, 1);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  static async #openLog(
    folder: string,
    rows: Map<Table, SortedTable>,
    lock: FolderLock,
    key: SecretBytes,
    end: number | undefined,
    segments: number,
  ): Promise<FileStore> {
    const file = await open(join(folder, "device.log"), "r+");
    const at = end ?? (await file.stat()).size;
    await file.truncate(at);
    const salt = crypto.getRandomValues(new Uint8Array(saltLength));
    const fresh = segmentKey(key, salt);
    await file.write(sealSegment(fresh, salt, segments), 0, undefined, at);
    await file.datasync();
    await file.close();
    return new FileStore(folder, rows, lock, await LogFile.open(join(folder, "device.log")), fresh);
  }

  async get(table: Table, key: string): Promise<Bytes | undefined> {
    this.#commits.check();
    return this.#table(table).get(key);
  }

  async range(table: Table, options: RangeOptions): Promise<readonly StoreRow[]> {
    this.#commits.check();
    return this.#table(table).range(options);
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
    if (this.#commits.closed) return;
    await this.#commits.close(new MessengerError("store.closed", "the device store is closed"));
    this.#key.fill(0);
    await this.#file.close();
    this.#lock.release();
  }

  async erase(): Promise<void> {
    await this.close();
    await rm(join(this.#folder, "device.log"), { force: true });
    this.#tables.clear();
  }

  #apply(writes: readonly StoreWrite[]): void {
    for (const { table, key, value } of writes) {
      if (value === null) this.#table(table).delete(key);
      else this.#table(table).set(key, value);
    }
  }

  async #append(writes: readonly StoreWrite[]): Promise<void> {
    const payload = encodeWrites(writes);
    try {
      await this.#file.append(sealFrame(this.#key, this.#counter++, payload));
    } finally {
      payload.fill(0);
    }
  }

  #table(table: Table): SortedTable {
    return this.#tables.get(table) as SortedTable;
  }
}

/** Writes all rows into a new file with one segment, and puts it in the place of the old one. */
async function writeFresh(folder: string, key: SecretBytes, rows: Map<Table, SortedTable>): Promise<void> {
  const path = join(folder, "device.log");
  const salt = crypto.getRandomValues(new Uint8Array(saltLength));
  const fresh = segmentKey(key, salt);
  const file = await open(`${path}.new`, "w", 0o600);
  try {
    await file.appendFile(concatBytes(magic, sealSegment(fresh, salt, 0)));
    let counter = 0;
    for (const payload of payloads(rows)) await file.appendFile(sealFrame(fresh, counter++, payload));
    await file.sync();
  } finally {
    fresh.fill(0);
    await file.close();
  }
  await rename(`${path}.new`, path);
  const directory = await open(folder, "r");
  await directory.sync().catch(() => undefined);
  await directory.close();
}

function* payloads(rows: Map<Table, SortedTable>): Generator<Bytes> {
  let writes: StoreWrite[] = [];
  let size = 0;
  for (const [table, content] of rows)
    for (const [key, value] of content.entries()) {
      writes.push({ table, key, value });
      size += value.length + key.length;
      if (size < framePayloadLimit) continue;
      yield encodeWrites(writes);
      writes = [];
      size = 0;
    }
  if (writes.length > 0) yield encodeWrites(writes);
}

function liveBytes(rows: Map<Table, SortedTable>): number {
  let total = 0;
  for (const content of rows.values())
    for (const [key, value] of content.entries()) total += key.length + value.length + 7;
  return total;
}

function lockStore(folder: string): FolderLock {
  try {
    return lockFolder(folder, "device");
  } catch (cause) {
    if (!(cause instanceof VernamError)) throw cause;
    throw new MessengerError("store.locked", cause.message, {
      cause,
      nextStep: "Stop the other process, or give this device a folder of its own.",
    });
  }
}
