import { chunkCountOf } from "../../protocol/file-stream.ts";
import type { LevelPolicy } from "../../protocol/level-policy.ts";
import { decodePayload, type Payload, payloadKinds } from "../../protocol/payload.ts";
import type { FileBody, InlineFileBody } from "../../protocol/payload-file.ts";
import type { Suite } from "../../protocol/suites.ts";
import { usesPad } from "../../protocol/suites.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { VernamError } from "../../shared/errors.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import type { FileContentView } from "../api/content.ts";
import type { OpenedFile, OutgoingFile } from "../api/files.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { Level } from "../messenger-api.ts";
import { MessengerError } from "../messenger-error.ts";
import type { HeldMessages } from "../outbox/held-messages.ts";
import type { DeviceStore } from "../store/device-store.ts";
import type { AttachmentPort } from "./attachment-port.ts";
import { fetchFile, keptOnDevice } from "./fetch-file.ts";
import { checkSize } from "./price-of-file.ts";
import { newFileSecrets, sealFile } from "./seal-file.ts";
import { chunkWrite, type TransferRow, transferRow, transferWrite } from "./transfer-rows.ts";
import { Uploader } from "./uploader.ts";

/** What the desk asks of the outbox. */
export interface FileOutbox {
  write(conversation: Conversation, id: string, payload: Payload, suite: Suite, level: number): Promise<void>;
  /** A message on hold has its place and takes no key until it is released. */
  readonly held: Pick<HeldMessages, "hold" | "release" | "refuse">;
}

/** What a file must pass before it is sealed. @throws as SendDesk.check */
export interface FileChecks {
  check(conversation: Conversation, suite: Suite, level: Level, payload?: Payload): void;
}

export interface FileDeskParts {
  readonly levelPolicy: () => LevelPolicy;
  readonly store: DeviceStore;
  readonly attachments: AttachmentPort;
  readonly announce: (event: {
    type: "file" | "messages";
    conversation: string;
    message?: string;
    done?: number;
    total?: number;
  }) => void;
  readonly fail: (error: unknown) => void;
}

interface Fetching {
  readonly result: Promise<OpenedFile>;
  readonly stop: AbortController;
}

/** Files of messages: sealed and brought to the relay before their message goes, fetched and verified when opened. */
export class FileDesk {
  readonly #parts: FileDeskParts;
  readonly #outbox: FileOutbox;
  readonly #checks: FileChecks;
  readonly #uploader: Uploader;
  readonly #transfers = new Map<string, TransferRow>();
  readonly #fetching = new Map<string, Fetching>();

  constructor(parts: FileDeskParts, outbox: FileOutbox, checks: FileChecks) {
    this.#parts = parts;
    this.#checks = checks;
    this.#outbox = outbox;
    this.#uploader = new Uploader(parts.store, parts.attachments, {
      progress: (message, row, done, total) => this.#progress(message, toHex(row.conversation), done, total),
      done: (message, row) => this.#uploaded(message, row),
      refused: (message, row, error) => this.#refused(message, row, error),
      fail: parts.fail,
    });
  }

  /** Takes up what an earlier start left; before the outbox loads, so that nothing leaves without its file. */
  async load(): Promise<void> {
    const { store } = this.#parts;
    for (const { key: message, value } of await store.range("transfers", { prefix: "" })) {
      const row = transferRow.decode(value);
      const written = (await store.get("identifiers", message)) !== undefined;
      // Nobody was promised a file whose message was never stored.
      if (row.phase === "sealing" || (row.phase === "uploading" && !written)) {
        await this.#forget(message, row);
        continue;
      }
      this.#transfers.set(message, row);
      if (row.phase !== "uploading") continue;
      this.#outbox.held.hold(message);
      this.#uploader.add(message, row);
    }
  }

  online(): void {
    this.#uploader.online();
  }

  /** Stores a file in the outbox; sealed, durable and with its place in the thread when the promise resolves. */
  async send(
    conversation: Conversation,
    id: string,
    file: OutgoingFile,
    suite: Suite,
    level: Level,
  ): Promise<string> {
    const { store, levelPolicy } = this.#parts;
    if (this.#transfers.has(id) || (await store.get("identifiers", id)) !== undefined) return id;
    checkSize(levelPolicy(), suite, level, file.bytes.length);
    if (usesPad(suite)) {
      const payload: Payload = { kind: payloadKinds.inlineFile, body: inlineBody(file) };
      this.#checks.check(conversation, suite, level, payload);
      await this.#outbox.write(conversation, id, payload, suite, level);
      return id;
    }
    this.#checks.check(conversation, suite, level);
    const secrets = newFileSecrets(file.bytes.length);
    const common = { conversation: conversation.idBytes, fileId: secrets.fileId, size: secrets.size };
    const sealing: TransferRow = { ...common, phase: "sealing" };
    this.#transfers.set(id, sealing);
    await store.commit([transferWrite(id, sealing)]);
    try {
      const body = await sealFile(store, id, secrets, file);
      const row: TransferRow = { ...common, phase: "uploading" };
      this.#transfers.set(id, row);
      this.#outbox.held.hold(id);
      await store.commit([transferWrite(id, row)]);
      await this.#outbox.write(conversation, id, { kind: payloadKinds.file, body }, suite, level);
      this.#uploader.add(id, row);
      return id;
    } catch (error) {
      this.#outbox.held.release(id);
      await this.#forget(id, sealing);
      throw error;
    } finally {
      // The message's row has its own copy.
      secrets.key.fill(0);
    }
  }

  /** A message that failed for its file is tried again. */
  async retry(message: string): Promise<void> {
    const row = this.#transfers.get(message);
    if (row?.phase !== "stopped") return;
    const again: TransferRow = {
      conversation: row.conversation,
      fileId: row.fileId,
      size: row.size,
      phase: "uploading",
    };
    await this.#keep(message, again);
    this.#outbox.held.hold(message);
    this.#uploader.add(message, again);
  }

  /** The message was cancelled in the outbox, or is deleted: its file goes too, here and at the relay. */
  async dropped(message: string): Promise<void> {
    this.#stopFetching(message);
    const row = this.#transfers.get(message);
    if (row === undefined) return;
    this.#uploader.drop(message);
    this.#outbox.held.release(message);
    await this.#forget(message, row);
    const place = { conversation: toHex(row.conversation), file: toHex(row.fileId) };
    // The relay forgets what stays there by itself.
    if (row.phase !== "failed") await this.#parts.attachments.remove(place).catch(() => undefined);
  }

  /** True when the message waits for its file to reach the relay. */
  isUploading(message: string): boolean {
    const phase = this.#transfers.get(message)?.phase;
    return phase === "uploading" || phase === "sealing";
  }

  stateOf(message: string): FileContentView["state"] {
    if (this.#fetching.has(message)) return "loading";
    const phase = this.#transfers.get(message)?.phase;
    if (phase === undefined) return "remote";
    return phase === "failed" ? "failed" : "here";
  }

  /** @throws as FileApi.openFile */
  async open(conversation: string, message: string, encoded: Bytes | undefined): Promise<OpenedFile> {
    const payload = encoded && decodePayload(encoded);
    if (payload?.kind === payloadKinds.inlineFile) {
      const { name, mediaType, bytes } = payload.body;
      return { name, mediaType, bytes };
    }
    if (payload?.kind !== payloadKinds.file)
      throw new MessengerError("file.none", "this message has no file");
    const known = this.#fetching.get(message);
    if (known) return await known.result;
    const stop = new AbortController();
    const result = this.#fetch(conversation, message, payload.body, stop.signal).finally(() => {
      this.#fetching.delete(message);
      this.#parts.announce({ type: "messages", conversation });
    });
    this.#fetching.set(message, { result, stop });
    this.#parts.announce({ type: "messages", conversation });
    return await result;
  }

  cancelFetch(message: string): boolean {
    return this.#stopFetching(message);
  }

  async stop(): Promise<void> {
    for (const message of [...this.#fetching.keys()]) this.#stopFetching(message);
    await this.#uploader.stop();
  }

  async #fetch(
    conversation: string,
    message: string,
    body: FileBody,
    signal: AbortSignal,
  ): Promise<OpenedFile> {
    const { store, attachments: port } = this.#parts;
    const { fileId, size, name, mediaType } = body;
    const file = toHex(fileId);
    try {
      const bytes = await fetchFile({
        store,
        port,
        conversation,
        file,
        message,
        body,
        signal,
        progress: (done) => this.#progress(message, conversation, done, size),
      });
      const row = this.#transfers.get(message);
      if ((row === undefined || row.phase === "failed") && size <= keptOnDevice)
        await this.#keep(message, { ...rowOf(conversation, body), phase: "here" });
      else if (row?.phase === "failed") await this.#forget(message, row);
      return { name, mediaType, bytes };
    } catch (error) {
      if (signal.aborted) throw new MessengerError("file.cancelled", "fetching the file was stopped");
      if (isDamage(error)) await this.#damaged(conversation, message, body, error);
      throw error;
    } finally {
      body.key.fill(0);
    }
  }

  /** What came is not the file: none of it is kept, and the message says so until it is fetched again. */
  async #damaged(
    conversation: string,
    message: string,
    body: FileBody,
    { code, message: reason, nextStep = "" }: VernamError,
  ): Promise<void> {
    // An own file that waits for the relay is needed as it is.
    if (this.isUploading(message)) return;
    const row: TransferRow = { ...rowOf(conversation, body), phase: "failed", code, reason, nextStep };
    this.#transfers.set(message, row);
    await this.#parts.store.commit([transferWrite(message, row), ...dropChunks(message, body.size)]);
  }

  async #uploaded(message: string, row: TransferRow): Promise<void> {
    await this.#keep(message, { ...row, phase: "here" });
    this.#outbox.held.release(message);
    this.#parts.announce({ type: "messages", conversation: toHex(row.conversation) });
  }

  async #refused(message: string, row: TransferRow, error: MessengerError): Promise<void> {
    const problem = {
      code: error.code,
      reason: error.message,
      nextStep: error.nextStep ?? "Try again later, or send the file another way.",
    };
    await this.#keep(message, { ...row, phase: "stopped", ...problem });
    await this.#outbox.held.refuse(message, problem);
  }

  #progress(message: string, conversation: string, done: number, total: number): void {
    this.#parts.announce({ type: "file", conversation, message, done, total });
  }

  #stopFetching(message: string): boolean {
    const fetching = this.#fetching.get(message);
    fetching?.stop.abort();
    return fetching !== undefined;
  }

  async #keep(message: string, row: TransferRow): Promise<void> {
    this.#transfers.set(message, row);
    await this.#parts.store.commit([transferWrite(message, row)]);
  }

  async #forget(message: string, row: TransferRow): Promise<void> {
    this.#transfers.delete(message);
    await this.#parts.store.commit([transferWrite(message, null), ...dropChunks(message, row.size)]);
  }
}

function rowOf(conversation: string, { fileId, size }: FileBody): Omit<TransferRow, "phase"> {
  return { conversation: fromHex(conversation), fileId, size };
}

function dropChunks(message: string, size: number) {
  return Array.from({ length: chunkCountOf(size) }, (_, position) => chunkWrite(message, position, null));
}

function inlineBody({ name, mediaType, bytes, caption }: OutgoingFile): InlineFileBody {
  return { name, mediaType, bytes, ...(caption === undefined || caption === "" ? {} : { caption }) };
}

function isDamage(error: unknown): error is VernamError {
  return (
    error instanceof VernamError &&
    (error.code.startsWith("file.") || error.code === "attachment.unknown") &&
    error.code !== "file.cancelled"
  );
}
