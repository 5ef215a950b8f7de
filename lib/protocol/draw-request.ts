import type { Bytes } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { arrayOf, hashBytes, idBytes, oneOf, structOf, uintOf } from "./cbor-codecs.ts";
import { limits } from "./limits.ts";
import { checkRecipients, type Recipient, recipientCodec } from "./recipients.ts";
import { knownSuites, type Suite } from "./suites.ts";

/** A device asks its own gateway, inside the channel, for key. */
export interface DrawRequest {
  /** A draw is never answered twice: the same id again is an error, not the same key. */
  readonly requestId: Bytes;
  readonly suite: Suite;
  /** Bytes of key per draw: padded length + 32 in suite OTP, 32 in suite AES. */
  readonly bytes: number;
  readonly conversation: Bytes;
  readonly rosterHead: Bytes;
  /** Ascending by device, without the drawing device. */
  readonly recipients: readonly Recipient[];
  /** How many draws of this shape; above 1 is prefetch. */
  readonly count: number;
  readonly level: number;
}

const codec = structOf<DrawRequest>({
  requestId: [1, idBytes],
  suite: [2, oneOf(knownSuites)],
  bytes: [3, uintOf(limits.envelope, 32)],
  conversation: [4, idBytes],
  rosterHead: [5, hashBytes],
  recipients: [6, arrayOf(recipientCodec, limits.recipientDevices, 1)],
  count: [7, uintOf(limits.drawCount, 1)],
  level: [8, uintOf(limits.levelMaximum)],
});

export function encodeDrawRequest(request: DrawRequest): Bytes {
  checkRecipients(request.recipients);
  return encodeWith(codec, "draw request", request, limits.signed);
}

export function decodeDrawRequest(bytes: Uint8Array): DrawRequest {
  const request = decodeWith(codec, "draw request", bytes, limits.signed);
  checkRecipients(request.recipients);
  return request;
}
