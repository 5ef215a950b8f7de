import { expand, extract, hkdf } from "@noble/hashes/hkdf.js";
import { sha512 } from "@noble/hashes/sha2.js";
import type { Bytes } from "../shared/bytes.ts";
import { concatBytes } from "../shared/bytes.ts";
import { toHex } from "../shared/hex.ts";
import { SecretBytes } from "../shared/secret-bytes.ts";
import type { ParsedRecord } from "./draw-record.ts";
import { frame } from "./frame.ts";
import { hash } from "./hash.ts";
import { framedLabel, labels } from "./labels.ts";
import { lengths } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { Roster } from "./roster.ts";

export interface EpochSecrets {
  /** CK0, 32 bytes: the first chain key. */
  readonly chainKey: SecretBytes;
  /** 32 bytes that a receiver compares before use. */
  readonly commit: Bytes;
}

const empty = new Uint8Array(0);

/**
 * hash(frame(signed draw record) ‖ per recipient, ascending by device: frame(certificate hash) ‖
 * frame(encapsulation ‖ sealed s)); the certificate hash is the one the roster pins at the record's roster head,
 * and the second frame is empty in suite AES.
 * @throws ProtocolError record.ghost-recipient when the record names a device that is not on the roster
 */
export function epochTranscript(record: ParsedRecord, roster: Roster): Bytes {
  const parts: Uint8Array[] = [frame(record.bytes)];
  for (const recipient of record.value.recipients) {
    const device = roster.devices.get(toHex(recipient.device));
    if (device === undefined)
      throw new ProtocolError("record.ghost-recipient", "a draw names a device that is not on the roster");
    parts.push(frame(device.certificateHash, empty));
  }
  return hash(...parts);
}

/**
 * Suite AES: PRK = HKDF-Extract-SHA-512(salt transcript, K); E = Expand(PRK, frame("vernam/1 epoch"), 32);
 * commit = Expand(PRK, frame("vernam/1 commit"), 32);
 * CK0 = HKDF-SHA-512(ikm E, no salt, frame("vernam/1 chain") ‖ frame(conversation) ‖ frame(device), 32).
 * K stays the caller's; E and PRK are zeroed.
 * @throws ProtocolError epoch.key-length
 */
export function deriveEpoch(
  key: SecretBytes,
  transcript: Bytes,
  conversation: Bytes,
  senderDevice: Bytes,
): EpochSecrets {
  if (key.length !== lengths.key)
    throw new ProtocolError("epoch.key-length", "an epoch's key is not 32 bytes");
  const prk = extract(sha512, key.reveal(), transcript);
  const secret = expand(sha512, prk, framedLabel(labels.epoch), lengths.key);
  const commit = expand(sha512, prk, framedLabel(labels.commit), lengths.key) as Bytes;
  const info = concatBytes(framedLabel(labels.chain), frame(conversation, senderDevice));
  const chainKey = hkdf(sha512, secret, undefined, info, lengths.key) as Bytes;
  prk.fill(0);
  secret.fill(0);
  return { chainKey: SecretBytes.own(chainKey), commit };
}
