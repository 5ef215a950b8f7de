import { poly1305 } from "@noble/ciphers/_poly1305.js";
import { type Bytes, utf8 } from "../../shared/bytes.ts";
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
    const tag = tagOf(relayId, linkId, reservation, ciphertext, pad.subarray(key.length));
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
    const { relayId, linkId, reservation, ciphertext } = frame;
    const expected = tagOf(relayId, linkId, reservation, ciphertext, pad.subarray(length));
    if (!equalSecret(expected, frame.tag)) throw new RelayTamperedError(frame.linkId);
    return xor(frame.ciphertext, pad);
  });
}

/** Poly1305 of label ‖ relay ‖ offset ‖ bytes ‖ link ‖ 0 ‖ ciphertext, gathered in one buffer. */
function tagOf(
  relayId: Uint8Array,
  linkId: string,
  { offset, bytes }: PoolReservation,
  ciphertext: Uint8Array,
  key: Uint8Array,
): Uint8Array {
  const link = utf8(linkId);
  const start = label.length + relayId.length;
  const message = new Uint8Array(start + 16 + link.length + 1 + ciphertext.length);
  message.set(label);
  message.set(relayId, label.length);
  const view = new DataView(message.buffer);
  view.setBigUint64(start, BigInt(offset));
  view.setBigUint64(start + 8, BigInt(bytes));
  message.set(link, start + 16);
  message.set(ciphertext, start + 17 + link.length);
  return poly1305(message, key);
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
