import {
  chunkCountOf,
  chunkLengthOf,
  type FileSecrets,
  fileHash,
  sealFileChunk,
} from "../../protocol/file-stream.ts";
import { lengths, limits } from "../../protocol/limits.ts";
import type { FileBody } from "../../protocol/payload-file.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { randomUuid } from "../../shared/uuid.ts";
import type { OutgoingFile } from "../api/files.ts";
import type { DeviceStore, StoreWrite } from "../store/device-store.ts";
import { chunkWrite } from "./transfer-rows.ts";

/** Chunks that become durable together. */
const atOnce = 16;

/** Fresh for each encryption: the same nonces never meet another file. */
export function newFileSecrets(size: number): FileSecrets {
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  return { fileId: randomUuid(), size, key: random(lengths.key), noncePrefix: random(lengths.noncePrefix) };
}

/**
 * Seals a file and stores every sealed chunk before anything leaves: whatever happens, only these bytes are ever sent
 * under this key. Returns what the message says of it.
 */
export async function sealFile(
  store: DeviceStore,
  message: string,
  secrets: FileSecrets,
  file: OutgoingFile,
): Promise<FileBody> {
  const { size } = secrets;
  const chunks = chunkCountOf(size);
  const hashes: Bytes[] = [];
  let writes: StoreWrite[] = [];
  for (let position = 0; position < chunks; position++) {
    const start = position * limits.fileChunk;
    const plaintext = file.bytes.subarray(start, start + chunkLengthOf(size, position));
    const { sealed, hash } = await sealFileChunk(secrets, position, plaintext);
    hashes.push(hash);
    writes.push(chunkWrite(message, position, sealed));
    if (writes.length === atOnce || position === chunks - 1) {
      await store.commit(writes);
      writes = [];
    }
  }
  const { name, mediaType, preview, caption } = file;
  return {
    ...secrets,
    name,
    mediaType,
    chunks,
    hash: fileHash(secrets, hashes),
    ...(preview === undefined ? {} : { preview }),
    ...(caption === undefined || caption === "" ? {} : { caption }),
  };
}
