import { frame, hash, hex, label } from "./framing.ts";
import { expand, extract, hmac } from "./kdf.ts";

const NONE = Buffer.alloc(0);

/** What one recipient's device adds to an epoch's transcript. */
export interface TranscriptEntry {
  readonly device: string;
  readonly certificateHash: string;
  /** Encapsulation ‖ sealed secret in suite 3; empty in suite 2. */
  readonly sealed: Uint8Array;
}

export function transcriptOf(record: Uint8Array, recipients: TranscriptEntry[]): Buffer {
  const ascending = recipients.toSorted((a, b) => (a.device < b.device ? -1 : 1));
  return hash(frame(record), ...ascending.map((entry) => frame(hex(entry.certificateHash), entry.sealed)));
}

/** The secret start of an epoch (docs/PROTOCOL.md §6, suite 2). */
export interface EpochKeys {
  readonly commit: Buffer;
  readonly chainKey: Buffer;
}

/** @param ikm K in suite 2, K ‖ s in suite 3 */
export function epochKeys(
  transcript: Uint8Array,
  ikm: Uint8Array,
  conversation: string,
  sender: string,
): EpochKeys {
  const key = extract("sha512", transcript, ikm);
  const secret = extract("sha512", NONE, expand("sha512", key, label("epoch"), 32));
  const info = Buffer.concat([label("chain"), frame(hex(conversation), hex(sender))]);
  return {
    commit: expand("sha512", key, label("commit"), 32),
    chainKey: expand("sha512", secret, info, 32),
  };
}

export function messageKey(chainKey: Uint8Array): Buffer {
  return hmac("sha512", chainKey, label("message")).subarray(0, 32);
}

export function nextChainKey(chainKey: Uint8Array): Buffer {
  return hmac("sha512", chainKey, label("next")).subarray(0, 32);
}

/** HPKE info under which the secret of an epoch of suite 3 is sealed to one recipient. */
export function hybridInfo(place: {
  conversation: string;
  sender: string;
  recipient: string;
  epochId: string;
  rosterHead: string;
  drawRecordHash: string;
}): Buffer {
  const { conversation, sender, recipient, epochId, rosterHead, drawRecordHash } = place;
  const parts = [conversation, sender, recipient, epochId, rosterHead, drawRecordHash];
  return Buffer.concat([label("hybrid"), frame(...parts.map(hex))]);
}
