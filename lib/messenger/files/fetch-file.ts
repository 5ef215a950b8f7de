import { checkFileHash, chunkCountOf, chunkLengthOf, openFileChunk } from "../../protocol/file-stream.ts";
import { hash } from "../../protocol/hash.ts";
import { lengths, limits } from "../../protocol/limits.ts";
import type { FileBody } from "../../protocol/payload-file.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { DeviceStore } from "../store/device-store.ts";
import type { AttachmentPort } from "./attachment-port.ts";
import { chunkWrite, readChunk } from "./transfer-rows.ts";

/** Chunks of one answer of the relay: about a mebibyte. */
const atOnce = 16;
/** Larger files are not kept on this device: they are fetched again when they are opened again. */
export const keptOnDevice = 64 * 1024 * 1024;

export interface FetchOptions {
  readonly store: DeviceStore;
  readonly port: AttachmentPort;
  readonly conversation: string;
  readonly file: string;
  readonly message: string;
  readonly body: FileBody;
  readonly signal: AbortSignal;
  /** Bytes of the file that are here and verified, chunk by chunk. */
  readonly progress: (done: number) => void;
}

/**
 * The plaintext of a file: chunks that are on this device already are taken from there, the others from the relay, and
 * kept sealed as they come, so that a fetch that was cut off goes on where it was. Every chunk is opened in its place and
 * at the end the hash of all of them compared with the message's: before that, nothing is given out.
 * @throws ProtocolError file.tag, file.length, file.hash; MessengerError as the port
 */
export async function fetchFile(options: FetchOptions): Promise<Bytes> {
  const { store, body, message, signal, progress } = options;
  const keeps = body.size <= keptOnDevice;
  const plaintext = new Uint8Array(body.size);
  const hashes: Bytes[] = [];
  let done = 0;
  let fetched: readonly Bytes[] = [];
  let fetchedFrom = 0;
  for (let position = 0; position < chunkCountOf(body.size); position++) {
    signal.throwIfAborted();
    let sealed = await readChunk(store, message, position);
    if (sealed === undefined) {
      if (position >= fetchedFrom + fetched.length) {
        fetched = await fetchSome(options, position);
        fetchedFrom = position;
      }
      sealed = fetched[position - fetchedFrom] as Bytes;
      const opened = await openFileChunk(body, position, sealed);
      plaintext.set(opened, position * limits.fileChunk);
      if (keeps) await store.commit([chunkWrite(message, position, sealed)]);
    } else {
      plaintext.set(await openFileChunk(body, position, sealed), position * limits.fileChunk);
    }
    hashes.push(hash(sealed));
    done += chunkLengthOf(body.size, position);
    progress(done);
  }
  checkFileHash(body, hashes);
  return plaintext;
}

/** At least one sealed chunk from `first` on, each of its own length. */
async function fetchSome(options: FetchOptions, first: number): Promise<Bytes[]> {
  const { port, body, conversation, file, signal } = options;
  const count = Math.min(atOnce, chunkCountOf(body.size) - first);
  const joined = await port.get({ conversation, file }, first, count, signal);
  const parts: Bytes[] = [];
  let offset = 0;
  for (let position = first; position < first + count; position++) {
    const end = offset + chunkLengthOf(body.size, position) + lengths.tag;
    if (end > joined.length) throw truncated();
    parts.push(joined.slice(offset, end));
    offset = end;
  }
  if (offset !== joined.length) throw truncated();
  return parts;
}

function truncated(): ProtocolError {
  return new ProtocolError("file.length", "a part of a file does not have the length that it must have", {
    nextStep: "Fetch the file again.",
  });
}
