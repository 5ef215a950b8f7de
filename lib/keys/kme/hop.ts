import { poly1305 } from "@noble/ciphers/_poly1305.js";
import { type Bytes, concatBytes, utf8 } from "../../shared/bytes.ts";
import { equalSecret } from "../../shared/equal-secret.ts";
import { VernamError } from "../../shared/errors.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import type { PoolReservation } from "../link-types.ts";

/** Bytes of link key that authenticate one frame on one hop: a one-time Poly1305 key (RFC 8439 §2.5). */
export const hopTagKeyBytes = 32;

/** What crosses one hop. All of it is public: the key inside is under a one-time pad. */
export interface HopFrame {
  readonly relayId: Uint8Array;
  readonly linkId: string;
  /** Where in the link's key stream pad and tag key lie. */
  readonly reservation: PoolReservation;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

/** A hop's frame did not verify: the relayed key is void at every node. */
export class RelayTamperedError extends VernamError {
  readonly linkId: string;

  constructor(linkId: string) {
    super("relay.tampered", `A relayed key was changed on link ${linkId}; it was thrown away.`);
    this.linkId = linkId;
  }
}

const label = utf8("vernam/1 hop\0");

/**
 * Encrypts relayed key for the next node: ciphertext = key ⊕ pad, tag under the 32 bytes after the pad.
 * Destroys `linkKey` (this end's copy of the reserved range: key length + 32 bytes).
 */
export function sealHop(
  relayId: Uint8Array,
  linkId: string,
  reservation: PoolReservation,
  key: Uint8Array,
  linkKey: SecretBytes,
): HopFrame {
  return linkKey.consume((pad) => {
    checkLength(pad, key.length);
    const ciphertext = xor(key, pad);
    const head = headOf(relayId, linkId, reservation);
    const tag = poly1305(concatBytes(head, ciphertext), pad.subarray(key.length));
    return { relayId, linkId, reservation, ciphertext, tag };
  });
}

/**
 * Verifies and decrypts a frame with this end's own copy of the link key, which is destroyed.
 * @throws RelayTamperedError when the tag does not fit.
 */
export function openHop(frame: HopFrame, linkKey: SecretBytes): Bytes {
  return linkKey.consume((pad) => {
    const length = pad.length - hopTagKeyBytes;
    if (frame.ciphertext.length !== length) throw new RelayTamperedError(frame.linkId);
    const head = headOf(frame.relayId, frame.linkId, frame.reservation);
    const expected = poly1305(concatBytes(head, frame.ciphertext), pad.subarray(length));
    if (!equalSecret(expected, frame.tag)) throw new RelayTamperedError(frame.linkId);
    return xor(frame.ciphertext, pad);
  });
}

function headOf(relayId: Uint8Array, linkId: string, { offset, bytes }: PoolReservation): Bytes {
  const numbers = new Uint8Array(16);
  const view = new DataView(numbers.buffer);
  view.setBigUint64(0, BigInt(offset));
  view.setBigUint64(8, BigInt(bytes));
  return concatBytes(label, relayId, numbers, utf8(linkId), Uint8Array.of(0));
}

function xor(text: Uint8Array, pad: Uint8Array): Bytes {
  const result = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) result[i] = (text[i] as number) ^ (pad[i] as number);
  return result;
}

function checkLength(pad: Uint8Array, length: number): void {
  if (pad.length !== length + hopTagKeyBytes)
    throw new RangeError("a hop needs the key's length and 32 bytes");
}
