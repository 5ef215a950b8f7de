import { hkdf } from "@noble/hashes/hkdf.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { type Bytes, concatBytes } from "../shared/bytes.ts";
import { SecretBytes } from "../shared/secret-bytes.ts";
import { uint64 } from "./frame.ts";
import { createHpkeRecipient, createHpkeSender } from "./hpke.ts";
import { framedLabel, labels } from "./labels.ts";
import { lengths } from "./limits.ts";

/** The psk between a device and its gateway. Generation 0 comes with enrolment; each session makes the next. */
export interface AccessSecret {
  readonly generation: number;
  /** 32 bytes. */
  readonly secret: SecretBytes;
}

/**
 * HKDF-SHA-512(ikm = exports of the session's two contexts, salt = the answer's info,
 * info = frame("vernam/1 access") ‖ uint64 generation, 32). Zeroes the exports.
 */
export function nextAccessSecret(
  deviceExport: SecretBytes,
  gatewayExport: SecretBytes,
  salt: Bytes,
  generation: number,
): AccessSecret {
  const ikm = concatBytes(deviceExport.reveal(), gatewayExport.reveal());
  const info = concatBytes(framedLabel(labels.access), uint64(generation));
  const secret = SecretBytes.own(hkdf(sha512, ikm, salt, info, lengths.accessSecret) as Bytes);
  ikm.fill(0);
  deviceExport.destroy();
  gatewayExport.destroy();
  return { generation, secret };
}

/** The gateway's side of enrolment: HPKE base mode to the new device, info = hash of the signed request. */
export async function sealAccessSecret(
  secret: SecretBytes,
  sealingKey: Bytes,
  requestHash: Bytes,
): Promise<{ readonly enc: Bytes; readonly sealedSecret: Bytes }> {
  const sender = await createHpkeSender(sealingKey, requestHash);
  return { enc: sender.enc, sealedSecret: await sender.seal(secret.reveal()) };
}

/** The device's side. @throws ProtocolError hpke.open */
export async function openAccessSecret(
  answer: { readonly enc: Bytes; readonly sealedSecret: Bytes },
  sealingSeed: SecretBytes,
  requestHash: Bytes,
): Promise<AccessSecret> {
  const recipient = await createHpkeRecipient(sealingSeed, answer.enc, requestHash);
  return { generation: 0, secret: SecretBytes.own(await recipient.open(answer.sealedSecret)) };
}
