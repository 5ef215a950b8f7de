import type { Bytes } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { arrayOf, bytesOf, hashBytes, idBytes, structOf, uintOf, versionedOf } from "./cbor-codecs.ts";
import { labels } from "./labels.ts";
import { lengths, limits } from "./limits.ts";
import { type Parsed, parseSigned, signBodyTwice, type VerifyKeys, verifySigned } from "./signed.ts";
import type { DualSigner } from "./signing.ts";

/** A secret sealed to one recipient device; suites 3 and 4 only. */
export interface EpochSealed {
  readonly device: Bytes;
  readonly encapsulation: Bytes;
  readonly sealed: Bytes;
}

export interface EpochStart {
  readonly suite: number;
  readonly conversation: Bytes;
  readonly senderDevice: Bytes;
  readonly epochId: Bytes;
  readonly rosterHead: Bytes;
  readonly drawRecordHash: Bytes;
  readonly transcript: Bytes;
  readonly commit: Bytes;
  readonly startedAt: number;
  /** Empty in suite AES. */
  readonly sealed: readonly EpochSealed[];
}

export type ParsedEpochStart = Parsed<EpochStart>;

const sealedCodec = structOf<EpochSealed>({
  device: [1, idBytes],
  encapsulation: [2, bytesOf(lengths.encapsulation)],
  sealed: [3, bytesOf(48)],
});

const codec = versionedOf<EpochStart>({
  suite: [2, uintOf(255)],
  conversation: [3, idBytes],
  senderDevice: [4, idBytes],
  epochId: [5, idBytes],
  rosterHead: [6, hashBytes],
  drawRecordHash: [7, hashBytes],
  transcript: [8, hashBytes],
  commit: [9, bytesOf(lengths.key)],
  startedAt: [10, uintOf()],
  sealed: [11, arrayOf(sealedCodec, limits.recipientDevices)],
});

const maximum = limits.envelope;

export function encodeEpochStart(start: EpochStart): Bytes {
  return encodeWith(codec, "epoch start", start, maximum);
}

export function decodeEpochStart(body: Uint8Array): EpochStart {
  return decodeWith(codec, "epoch start", body, maximum);
}

/** Both algorithms, by the sending device. Returns the encoded Signed. */
export function signEpochStart(start: EpochStart, signer: DualSigner): Promise<Bytes> {
  return signBodyTwice(labels.epoch, encodeEpochStart(start), signer, maximum);
}

export function parseEpochStart(bytes: Uint8Array): ParsedEpochStart {
  return parseSigned(bytes, decodeEpochStart, maximum);
}

/** @throws ProtocolError signature.* */
export function verifyEpochStart(start: ParsedEpochStart, keys: Required<VerifyKeys>): Promise<void> {
  return verifySigned(labels.epoch, start.signed, keys);
}
