import { type Bytes, concatBytes } from "../shared/bytes.ts";
import { gcmOpen, gcmSeal } from "./aes-gcm.ts";
import { lengths } from "./limits.ts";

/** One stream's secrets: a key that seals this stream only. */
export interface StreamKey {
  /** 32 bytes. */
  readonly key: Bytes;
  /** 7 bytes. */
  readonly noncePrefix: Bytes;
  /** Associated data of every chunk. */
  readonly context: Bytes;
}

/**
 * AES-256-GCM STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): nonce = prefix(7) ‖ index(4, big-endian) ‖ last(1).
 * A chunk of the same stream with other plaintext must never be sealed at the same index.
 */
export function sealStreamChunk(
  stream: StreamKey,
  index: number,
  last: boolean,
  plaintext: Bytes,
): Promise<Bytes> {
  return gcmSeal(stream.key, nonceOf(stream, index, last), stream.context, plaintext);
}

/** Undefined when the chunk was altered, is another one, or is the last where it should not be. */
export function openStreamChunk(
  stream: StreamKey,
  index: number,
  last: boolean,
  sealed: Bytes,
): Promise<Bytes | undefined> {
  return gcmOpen(stream.key, nonceOf(stream, index, last), stream.context, sealed);
}

function nonceOf({ noncePrefix }: StreamKey, index: number, last: boolean): Bytes {
  if (noncePrefix.length !== lengths.noncePrefix || !Number.isInteger(index) || index < 0 || index >= 2 ** 32)
    throw new RangeError("not a nonce of a stream");
  const tail = new Uint8Array(5);
  new DataView(tail.buffer).setUint32(0, index);
  tail[4] = last ? 1 : 0;
  return concatBytes(noncePrefix, tail);
}
