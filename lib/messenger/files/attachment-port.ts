import type { Bytes } from "../../shared/bytes.ts";

/** Identifiers in hex. */
export interface FilePlace {
  readonly conversation: string;
  readonly file: string;
}

export interface UploadStatus {
  readonly complete: boolean;
  /** Chunks that the relay does not have, as first and last positions. */
  readonly missing: readonly (readonly [number, number])[];
}

/**
 * The engine's view of the relay's sealed files. Every request is safe to repeat.
 * @throws MessengerError with the relay's code when it refused (RelayRefused), "relay.offline" when it did not answer
 */
export interface AttachmentPort {
  /** `size`: bytes of all sealed chunks together. */
  begin(place: FilePlace, size: number): Promise<UploadStatus>;
  put(place: FilePlace, position: number, sealed: Bytes): Promise<void>;
  /** Up to `count` sealed chunks from `first` on, joined. */
  get(place: FilePlace, first: number, count: number, signal: AbortSignal): Promise<Bytes>;
  remove(place: FilePlace): Promise<void>;
}
