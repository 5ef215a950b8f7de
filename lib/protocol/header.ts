import type { Bytes } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { arrayOf, bytesOrEmpty, hashBytes, idBytes, uintOf, versionedOf } from "./cbor-codecs.ts";
import { lengths, limits } from "./limits.ts";

/** What the relay may see of a message, authenticated as transmitted. */
export interface Header {
  /** A number that this version may not know: `checkSuite` decides. */
  readonly suite: number;
  readonly conversation: Bytes;
  /** UUIDv7. */
  readonly messageId: Bytes;
  readonly senderDevice: Bytes;
  /** 1, 2, 3, … per sending device and conversation. */
  readonly sequence: number;
  /** Envelope hashes on the sender's frontier, its own previous one always. */
  readonly parents: readonly Bytes[];
  readonly rosterHead: Bytes;
  /** 0 Unclassified … 3. */
  readonly level: number;
  readonly drawRecordHash: Bytes;
  /** Empty in suite OTP. */
  readonly epochId: Bytes;
  /** Position in the epoch, from 0; 0 in suite OTP. */
  readonly index: number;
  readonly sentAt: number;
  readonly paddedLength: number;
  /** Empty, or the hash of the envelope that this one sends again. */
  readonly resends: Bytes;
}

const codec = versionedOf<Header>({
  suite: [2, uintOf(255)],
  conversation: [3, idBytes],
  messageId: [4, idBytes],
  senderDevice: [5, idBytes],
  sequence: [6, uintOf(undefined, 1)],
  parents: [7, arrayOf(hashBytes, limits.parents)],
  rosterHead: [8, hashBytes],
  level: [9, uintOf(limits.levelMaximum)],
  drawRecordHash: [10, hashBytes],
  epochId: [11, bytesOrEmpty(lengths.id)],
  index: [12, uintOf()],
  sentAt: [13, uintOf()],
  paddedLength: [14, uintOf(limits.envelope)],
  resends: [15, bytesOrEmpty(lengths.hash)],
});

export function encodeHeader(header: Header): Bytes {
  return encodeWith(codec, "header", header, limits.header);
}

export function decodeHeader(bytes: Uint8Array): Header {
  return decodeWith(codec, "header", bytes, limits.header);
}
