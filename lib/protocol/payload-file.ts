import type { Bytes } from "../shared/bytes.ts";
import { bytesOf, hashBytes, idBytes, optional, structOf, textOf, uintOf } from "./cbor-codecs.ts";
import { lengths, limits } from "./limits.ts";

/** A small image made on the sender's device. */
export interface FilePreview {
  readonly mediaType: string;
  /** At most 24 KiB. */
  readonly bytes: Bytes;
  /** Pixels of the original. */
  readonly width: number;
  readonly height: number;
}

/** A file whose sealed chunks lie at the relay under `fileId`: suites AES and HYBRID. Holds the file's key. */
export interface FileBody {
  readonly fileId: Bytes;
  readonly name: string;
  readonly mediaType: string;
  /** Bytes of the file itself. */
  readonly size: number;
  readonly chunks: number;
  /** `fileHash` over the sealed chunks. */
  readonly hash: Bytes;
  /** 32 bytes, fresh for each encryption. Secret: zero it after use. */
  readonly key: Bytes;
  /** 7 random bytes. */
  readonly noncePrefix: Bytes;
  readonly preview?: FilePreview;
  readonly caption?: string;
}

/** A file that is the message itself: suites OTP and OTP_HYBRID, pad for every byte. */
export interface InlineFileBody {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Bytes;
  readonly caption?: string;
}

const fileName = textOf(limits.fileName, 1);
const mediaType = textOf(limits.name);
const caption = optional(textOf(limits.caption));

const previewCodec = structOf<FilePreview>({
  mediaType: [1, mediaType],
  bytes: [2, bytesOf(1, limits.preview)],
  width: [3, uintOf(1_000_000, 1)],
  height: [4, uintOf(1_000_000, 1)],
});

export const fileCodec = structOf<FileBody>({
  fileId: [1, idBytes],
  name: [2, fileName],
  mediaType: [3, mediaType],
  size: [4, uintOf(limits.streamFile)],
  chunks: [5, uintOf(limits.streamFile / limits.fileChunk, 1)],
  hash: [6, hashBytes],
  key: [7, bytesOf(lengths.key)],
  noncePrefix: [8, bytesOf(lengths.noncePrefix)],
  preview: [9, optional(previewCodec)],
  caption: [10, caption],
});

export const inlineFileCodec = structOf<InlineFileBody>({
  name: [1, fileName],
  mediaType: [2, mediaType],
  bytes: [3, bytesOf(0, limits.inlineFile)],
  caption: [4, caption],
});
