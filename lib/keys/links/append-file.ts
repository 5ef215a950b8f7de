import { type FileHandle, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { concatBytes } from "../../shared/bytes.ts";

export interface Place {
  readonly at: number;
  readonly length: number;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly done: (at: number) => void;
  readonly failed: (reason: unknown) => void;
}

/**
 * A file that only grows, with one flush to disk for all appends that wait (group commit), and that can be replaced
 * as a whole. No handle stays open between flushes: a deployment has hundreds of these files.
 */
export class AppendFile {
  readonly path: string;
  #size: number;
  #waiting: Waiting[] = [];
  #work: Promise<void> = Promise.resolve();

  /** @param size bytes that are in the file now; 0 when it does not exist yet. */
  constructor(path: string, size: number) {
    this.path = path;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  /** Resolves with the position of `bytes` once they are on disk. */
  append(bytes: Uint8Array): Promise<number> {
    return new Promise((done, failed) => {
      this.#waiting.push({ bytes, done, failed });
      if (this.#waiting.length === 1) this.#enqueue(() => this.#flush());
    });
  }

  /** Reads the bytes of `place`, which is asked for when the file's turn comes: a replacement may move them. */
  read(place: () => Place): Promise<Buffer> {
    return this.#enqueue(async () => {
      const { at, length } = place();
      const handle = await open(this.path, "r");
      try {
        const bytes = Buffer.alloc(length);
        await handle.read(bytes, 0, length, at);
        return bytes;
      } finally {
        await handle.close();
      }
    });
  }

  /**
   * Puts `build`'s content in place of the file in one step: a crash leaves the old file or the new one.
   * `committed` is called in the turn in which the new file counts.
   */
  replace(build: (old: Uint8Array) => { content: Uint8Array; committed: () => void }): Promise<void> {
    return this.#enqueue(async () => {
      const { content, committed } = build(await readFile(this.path));
      const next = `${this.path}.next`;
      await withFile(next, "w", async (handle) => void (await handle.writeFile(content)));
      await rename(next, this.path);
      this.#size = content.length;
      committed();
      await syncFolder(dirname(this.path));
    });
  }

  /** Resolves when everything asked for so far is done. */
  async settled(): Promise<void> {
    await this.#work;
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#work.then(task);
    this.#work = run.then(
      () => {},
      () => {},
    );
    return run;
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      const fresh = this.#size === 0;
      await withFile(this.path, fresh ? "w" : "r+", async (handle) => {
        await handle.truncate(this.#size);
        const bytes = concatBytes(...batch.map((entry) => entry.bytes));
        await handle.write(bytes, 0, bytes.length, this.#size);
      });
      if (fresh) await syncFolder(dirname(this.path));
    } catch (reason) {
      for (const entry of batch) entry.failed(reason);
      return;
    }
    for (const entry of batch) {
      entry.done(this.#size);
      this.#size += entry.bytes.length;
    }
  }
}

async function withFile(
  path: string,
  flags: string,
  write: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const handle = await open(path, flags, 0o600);
  try {
    await write(handle);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
