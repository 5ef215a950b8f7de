import { close, constants, fdatasync, open, write } from "node:fs";
import { promisify } from "node:util";

const openFile = promisify(open);
const closeFile = promisify(close);

/**
 * Where one system call writes and waits for the disk (O_DSYNC, as durable as fdatasync after a write). Not on macOS:
 * there only an explicit sync reaches past the drive's own cache.
 */
const oneCall = process.platform === "linux" && constants.O_DSYNC !== undefined;

/** A file that only grows. Callback functions of node:fs: their promises cost more than the write itself. */
export class LogFile {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Opens an existing file to append to it. */
  static async open(path: string): Promise<LogFile> {
    const sync = oneCall ? constants.O_DSYNC : 0;
    return new LogFile(await openFile(path, constants.O_WRONLY | constants.O_APPEND | sync));
  }

  /** Resolves when the disk has all of `bytes`. One at a time. */
  append(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const writeFrom = (start: number): void =>
        write(this.#descriptor, bytes, start, bytes.length - start, null, (error, written) => {
          if (error) reject(error);
          else if (start + written < bytes.length) writeFrom(start + written);
          else if (oneCall) resolve();
          else fdatasync(this.#descriptor, (failure) => (failure ? reject(failure) : resolve()));
        });
      writeFrom(0);
    });
  }

  close(): Promise<void> {
    return closeFile(this.#descriptor);
  }
}
