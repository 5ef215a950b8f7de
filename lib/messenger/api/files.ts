import type { Level, PriceView, SuiteName } from "./core.ts";

/** A file as a screen hands it over. */
export interface OutgoingFile {
  /** At most 255 bytes of UTF-8, without a path. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** A small picture of it, at most 24 KiB, with the pixels of the original. Not sent under a one-time pad. */
  readonly preview?: FilePreviewView;
  readonly caption?: string;
}

export interface FilePreviewView {
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

export interface OpenedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface FilePriceView extends PriceView {
  /** True under a one-time pad: key for every byte. */
  readonly inline: boolean;
  /** Why it cannot go like that: a stable code. */
  readonly refused: string | null;
  /** The largest file that suite and classification take, in bytes. */
  readonly largest: number;
}

export interface FileApi {
  /**
   * Puts a file in the outbox. It is durable, and its ciphertext fixed, when the promise resolves; it survives restarts
   * from there. The message follows when the file is at the relay.
   * @throws "payload.file-too-large", "payload.suite", "file.name" and what `send` throws
   */
  sendFile(
    conversation: string,
    file: OutgoingFile,
    suite: SuiteName,
    level?: Level,
    /** 16 bytes in hex, for callers that may repeat the call: the same id is the same message. */
    id?: string,
  ): Promise<string>;
  /** What a file of this size would cost now; exact when its name, type and caption are given. */
  filePrice(
    conversation: string,
    size: number,
    suite: SuiteName,
    about?: {
      readonly name?: string;
      readonly mediaType?: string;
      readonly caption?: string;
      readonly level?: Level;
    },
  ): Promise<FilePriceView>;
  /**
   * The file of a message, fetched when it is not here yet. Nothing of it is given out before all of it is verified.
   * @throws "file.tag", "file.length", "file.hash" (altered), "attachment.unknown" (no longer kept), "relay.offline",
   * "file.none", "file.cancelled"
   */
  openFile(message: string): Promise<OpenedFile>;
  /** Stops fetching it, or takes back a file that is still on its way out. */
  cancelFile(message: string): Promise<void>;
}
