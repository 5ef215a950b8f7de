import { expand, extract, hkdf } from "@noble/hashes/hkdf.js";
import { sha512 } from "@noble/hashes/sha2.js";
import type { Bytes } from "../shared/bytes.ts";
import { concatBytes, equalBytes } from "../shared/bytes.ts";
import { toHex } from "../shared/hex.ts";
import { SecretBytes } from "../shared/secret-bytes.ts";
import type { ParsedRecord } from "./draw-record.ts";
import { frame } from "./frame.ts";
import { hash } from "./hash.ts";
import { framedLabel, labels } from "./labels.ts";
import { lengths } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { Roster } from "./roster.ts";
import { suites } from "./suites.ts";

export interface EpochSecrets {
  /** CK0, 32 bytes: the first chain key. */
  readonly chainKey: SecretBytes;
  /** 32 bytes that a receiver compares before use. */
  readonly commit: Bytes;
}

const empty = new Uint8Array(0);

/** The part of an epoch start that a transcript covers. */
export interface SealedSecret {
  readonly device: Bytes;
  readonly encapsulation: Bytes;
  readonly sealed: Bytes;
}

/**
 * hash(frame(signed draw record) ‖ per recipient, ascending by device: frame(certificate hash) ‖
 * frame(encapsulation ‖ sealed s)); the certificate hash is the one the roster pins at the record's roster head,
 * and the second frame is empty in suite AES. In HYBRID `sealed` names the record's recipients, all and in order.
 * @throws ProtocolError record.ghost-recipient when the record names a device that is not on the roster,
 * epoch.sealed
 */
export function epochTranscript(
  record: ParsedRecord,
  roster: Roster,
  sealed: readonly SealedSecret[] = [],
): Bytes {
  const { recipients, suite } = record.value;
  if (sealed.length !== (suite === suites.hybrid ? recipients.length : 0)) throw wrongSealed();
  const parts: Uint8Array[] = [frame(record.bytes)];
  for (const [i, recipient] of recipients.entries()) {
    const device = roster.devices.get(toHex(recipient.device));
    if (device === undefined)
      throw new ProtocolError("record.ghost-recipient", "a draw names a device that is not on the roster");
    const own = sealed[i];
    if (own !== undefined && !equalBytes(own.device, recipient.device)) throw wrongSealed();
    const secret = own === undefined ? empty : concatBytes(own.encapsulation, own.sealed);
    parts.push(frame(device.certificateHash, secret));
  }
  return hash(...parts);
}

function wrongSealed(): ProtocolError {
  return new ProtocolError("epoch.sealed", "an epoch's sealed secrets are not those of its recipients");
}

/**
 * PRK = HKDF-Extract-SHA-512(salt transcript, K ‖ s), s empty in suite AES and 32 bytes in HYBRID; E = Expand(PRK, frame("vernam/1 epoch"), 32);
 * commit = Expand(PRK, frame("vernam/1 commit"), 32);
 * CK0 = HKDF-SHA-512(ikm E, no salt, frame("vernam/1 chain") ‖ frame(conversation) ‖ frame(device), 32).
 * K and s stay the caller's; E and PRK are zeroed.
 * @throws ProtocolError epoch.key-length
 */
export function deriveEpoch(
  key: SecretBytes,
  transcript: Bytes,
  conversation: Bytes,
  senderDevice: Bytes,
  hybridSecret?: SecretBytes,
): EpochSecrets {
  if (key.length !== lengths.key || (hybridSecret !== undefined && hybridSecret.length !== lengths.key))
    throw new ProtocolError("epoch.key-length", "an epoch's key is not 32 bytes");
  const ikm = concatBytes(key.reveal(), hybridSecret?.reveal() ?? empty);
  const prk = extract(sha512, ikm, transcript);
  ikm.fill(0);
  const secret = expand(sha512, prk, framedLabel(labels.epoch), lengths.key);
  const commit = expand(sha512, prk, framedLabel(labels.commit), lengths.key) as Bytes;
  const info = concatBytes(framedLabel(labels.chain), frame(conversation, senderDevice));
  const chainKey = hkdf(sha512, secret, undefined, info, lengths.key) as Bytes;
  prk.fill(0);
  secret.fill(0);
  return { chainKey: SecretBytes.own(chainKey), commit };
}
