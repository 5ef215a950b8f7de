import { sealedFileLength } from "../../protocol/file-stream.ts";
import { toHex } from "../../shared/hex.ts";
import { MessengerError } from "../messenger-error.ts";
import { backoff, secureRandom } from "../outbox/backoff.ts";
import { RelayRefused } from "../relay/relay-refused.ts";
import type { DeviceStore } from "../store/device-store.ts";
import type { AttachmentPort, FilePlace } from "./attachment-port.ts";
import { readChunk, type TransferRow } from "./transfer-rows.ts";

const chunksAtOnce = 4;
const firstRetry = 500;
const longestRetry = 15_000;

export interface UploaderHooks {
  /** Sealed bytes of the file that the relay acknowledged, of all. */
  progress(message: string, row: TransferRow, done: number, total: number): void;
  /** Everything is at the relay. */
  done(message: string, row: TransferRow): Promise<void>;
  /** The relay refused for good, or the sealed bytes are not here any more. */
  refused(message: string, row: TransferRow, error: MessengerError): Promise<void>;
  fail(error: unknown): void;
}

interface Upload {
  readonly message: string;
  readonly row: TransferRow;
  readonly stop: AbortController;
}

/**
 * Brings sealed files to the relay, one after the other, a few chunks at a time. Goes on after a lost connection, a
 * restart of the relay or of this program with what the relay does not have yet.
 */
export class Uploader {
  readonly #store: DeviceStore;
  readonly #port: AttachmentPort;
  readonly #hooks: UploaderHooks;
  readonly #waiting: Upload[] = [];
  #current: Upload | undefined;
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #stopped = false;

  constructor(store: DeviceStore, port: AttachmentPort, hooks: UploaderHooks) {
    this.#store = store;
    this.#port = port;
    this.#hooks = hooks;
  }

  add(message: string, row: TransferRow): void {
    this.#waiting.push({ message, row, stop: new AbortController() });
    this.#running ??= this.#run().catch(this.#hooks.fail);
  }

  /** Stops a file that is on its way or waits. Chunks that are under way may still arrive. */
  drop(message: string): void {
    const index = this.#waiting.findIndex((upload) => upload.message === message);
    if (index >= 0) this.#waiting.splice(index, 1);
    if (this.#current?.message === message) this.#current.stop.abort();
    this.#wake?.();
  }

  /** The relay can be reached again: what rests tries at once. */
  online(): void {
    this.#wake?.();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.length = 0;
    this.#current?.stop.abort();
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let upload = this.#waiting.shift(); upload && !this.#stopped; upload = this.#waiting.shift()) {
      this.#current = upload;
      await this.#bring(upload);
      this.#current = undefined;
    }
    this.#running = undefined;
  }

  async #bring(upload: Upload): Promise<void> {
    const { message, row, stop } = upload;
    for (let attempts = 0; !stop.signal.aborted; attempts++) {
      try {
        await this.#bringMissing(upload);
        if (!stop.signal.aborted) await this.#hooks.done(message, row);
        return;
      } catch (error) {
        if (stop.signal.aborted) return;
        if (!(error instanceof MessengerError)) throw error;
        if (!isPassing(error)) return await this.#hooks.refused(message, row, error);
        await this.#rest(error, attempts);
      }
    }
  }

  async #bringMissing({ message, row, stop }: Upload): Promise<void> {
    const place: FilePlace = { conversation: toHex(row.conversation), file: toHex(row.fileId) };
    const total = sealedFileLength(row.size);
    const { missing } = await this.#port.begin(place, total);
    const positions = missing.flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, i) => first + i),
    );
    let left = positions.length;
    const all = Math.max(1, Math.ceil(total / (64 * 1024 + 16)));
    const report = () => this.#hooks.progress(message, row, Math.round((total * (all - left)) / all), total);
    report();
    const next = positions.values();
    let failed = false;
    const work = async () => {
      for (const position of next) {
        if (stop.signal.aborted || failed) return;
        const sealed = await readChunk(this.#store, message, position);
        if (sealed === undefined) throw lost();
        await this.#port.put(place, position, sealed).catch((error: unknown) => {
          failed = true;
          throw error;
        });
        left--;
        report();
      }
    };
    // All of them end before the first error is looked at: nothing of an earlier attempt is left under way.
    const ends = await Promise.allSettled(Array.from({ length: chunksAtOnce }, work));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  #rest(error: MessengerError, attempts: number): Promise<void> {
    const asked = error instanceof RelayRefused ? (error.retryAfterMs ?? 0) : 0;
    const delay = Math.max(asked, backoff(attempts, firstRetry, longestRetry, secureRandom));
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function isPassing(error: MessengerError): boolean {
  if (error instanceof RelayRefused) return error.passing;
  return (
    error.code === "relay.offline" ||
    error.code === "identity.unavailable" ||
    error.code === "identity.signed-out"
  );
}

function lost(): MessengerError {
  return new MessengerError("file.lost", "the file is not on this device any more", {
    nextStep: "Send the file again.",
  });
}
