import type { Bytes } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { arrayOf, bool, bytesOf, hashBytes, idBytes, structOf, uintOf, versionedOf } from "./cbor-codecs.ts";
import { limits } from "./limits.ts";

/** One message of one's own history: what was read, never the key it was read with. */
export interface HistoryItem {
  readonly conversation: Bytes;
  readonly envelopeHash: Bytes;
  readonly senderUser: Bytes;
  readonly senderDevice: Bytes;
  readonly sequence: number;
  readonly sentAt: number;
  readonly suite: number;
  readonly level: number;
  readonly rosterHead: Bytes;
  readonly drawRecordHash: Bytes;
  /** Encoded payload, as it was decrypted; empty when it was deleted. */
  readonly payload: Bytes;
}

/** A page of a history; the sealed container holds one page in each chunk. */
export interface HistoryPage {
  readonly items: readonly HistoryItem[];
  /** Signed roster events, in order, of conversations that begin on this page. */
  readonly rosterEvents: readonly Bytes[];
  readonly last: boolean;
}

const itemCodec = structOf<HistoryItem>({
  conversation: [1, idBytes],
  envelopeHash: [2, hashBytes],
  senderUser: [3, idBytes],
  senderDevice: [4, idBytes],
  sequence: [5, uintOf(undefined, 1)],
  sentAt: [6, uintOf()],
  suite: [7, uintOf(255)],
  level: [8, uintOf(limits.levelMaximum)],
  rosterHead: [9, hashBytes],
  drawRecordHash: [10, hashBytes],
  payload: [11, bytesOf(0, limits.payload)],
});

const pageCodec = versionedOf<HistoryPage>({
  items: [2, arrayOf(itemCodec, limits.historyItems)],
  rosterEvents: [3, arrayOf(bytesOf(1, limits.signed), limits.historyItems)],
  last: [4, bool],
});

/** Plaintext of a history: zero it after use. */
export function encodeHistoryPage(page: HistoryPage): Bytes {
  return encodeWith(pageCodec, "history page", page, limits.historyPage);
}

export function decodeHistoryPage(bytes: Uint8Array): HistoryPage {
  return decodeWith(pageCodec, "history page", bytes, limits.historyPage);
}
