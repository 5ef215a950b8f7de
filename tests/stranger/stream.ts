import * as gcm from "./aes-gcm.ts";

/** What one stream of chunks is sealed with (AES-256-GCM STREAM). */
export interface StreamKey {
  readonly key: Uint8Array;
  /** 7 bytes */
  readonly noncePrefix: Uint8Array;
  readonly associatedData: Uint8Array;
}

export function sealChunk(stream: StreamKey, index: number, last: boolean, plain: Uint8Array): Buffer {
  return gcm.seal(stream.key, nonceOf(stream, index, last), stream.associatedData, plain);
}

/** @throws Refused with `code` */
export function openChunk(
  stream: StreamKey,
  index: number,
  last: boolean,
  sealed: Uint8Array,
  code: string,
): Buffer {
  return gcm.open(stream.key, nonceOf(stream, index, last), stream.associatedData, sealed, code);
}

function nonceOf({ noncePrefix }: StreamKey, index: number, last: boolean): Buffer {
  const tail = Buffer.alloc(5);
  tail.writeUInt32BE(index);
  tail[4] = last ? 1 : 0;
  return Buffer.concat([noncePrefix, tail]);
}
