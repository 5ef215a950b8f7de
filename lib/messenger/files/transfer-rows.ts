import type { Bytes } from "../../shared/bytes.ts";
import type { DeviceStore, StoreWrite } from "../store/device-store.ts";
import { bytes, oneOf, rowCodec, text, uint } from "../store/row-codec.ts";

/** "transfers/<message>": where the file of a message stands on this device. */
export interface TransferRow {
  readonly conversation: Bytes;
  readonly fileId: Bytes;
  /** Bytes of the file itself. */
  readonly size: number;
  /**
   * sealing: its chunks are being made, nobody was promised anything. uploading: sealed and stored, not all at the relay.
   * stopped: the relay refused it. here: every chunk is here and verified. failed: what came is not the file.
   */
  readonly phase: "sealing" | "uploading" | "stopped" | "here" | "failed";
  readonly code?: string;
  readonly reason?: string;
  readonly nextStep?: string;
}

export const transferRow = rowCodec<TransferRow>({
  conversation: bytes,
  fileId: bytes,
  size: uint,
  phase: oneOf(["sealing", "uploading", "stopped", "here", "failed"]),
  code: text,
  reason: text,
  nextStep: text,
});

export function transferWrite(message: string, row: TransferRow | null): StoreWrite {
  return { table: "transfers", key: message, value: row === null ? null : transferRow.encode(row) };
}

/** "chunks/<message>/<position>": sealed, exactly as they are at the relay. */
function chunkKey(message: string, position: number): string {
  return `${message}/${position.toString(16).padStart(8, "0")}`;
}

export function chunkWrite(message: string, position: number, sealed: Bytes | null): StoreWrite {
  return { table: "chunks", key: chunkKey(message, position), value: sealed };
}

export async function readChunk(
  store: DeviceStore,
  message: string,
  position: number,
): Promise<Bytes | undefined> {
  return await store.get("chunks", chunkKey(message, position));
}
