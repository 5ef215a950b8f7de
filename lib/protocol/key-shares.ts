import { poly1305 } from "@noble/ciphers/_poly1305.js";
import { type Bytes, concatBytes } from "../shared/bytes.ts";
import { equalSecret } from "../shared/equal-secret.ts";
import { bytesOf, siteText, structOf, uintOf } from "./cbor-codecs.ts";
import { frame } from "./frame.ts";
import { lengths, limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";

/**
 * How one receiving site comes to the record's key where no key manager gives one key to all: the key under a one-time
 * pad K_i of that site alone.
 */
export interface KeyShare {
  readonly site: string;
  /** How many of the record's key_IDs, in order, make up K_i. */
  readonly keys: number;
  /** K ⊕ the first bytes of K_i. */
  readonly masked: Bytes;
  /** Poly1305 under the 32 bytes of K_i after them. */
  readonly tag: Bytes;
}

/** Bytes of K_i that are used up by the tag. */
export const shareTagKeyBytes = 32;

export const keyShareCodec = structOf<KeyShare>({
  site: [1, siteText],
  keys: [2, uintOf(limits.keyIds, 1)],
  masked: [3, bytesOf(32, limits.signed)],
  tag: [4, bytesOf(lengths.tag)],
});

/** @param pad K_i: the key's length and `shareTagKeyBytes`; used for this share and never again. */
export function sealShare(
  key: Uint8Array,
  pad: Uint8Array,
  keyIds: readonly Uint8Array[],
): Omit<KeyShare, "site"> {
  const masked = xor(key, pad);
  return { keys: keyIds.length, masked, tag: tagOf(masked, pad, keyIds) };
}

/** The record's key. @throws ProtocolError record.share when the tag does not fit. */
export function openShare(share: KeyShare, pad: Uint8Array, keyIds: readonly Uint8Array[]): Bytes {
  if (
    pad.length !== share.masked.length + shareTagKeyBytes ||
    !equalSecret(tagOf(share.masked, pad, keyIds), share.tag)
  )
    throw new ProtocolError("record.share", "a site's share of a drawn key is not authentic");
  return xor(share.masked, pad);
}

function tagOf(masked: Uint8Array, pad: Uint8Array, keyIds: readonly Uint8Array[]): Bytes {
  const tagKey = pad.subarray(masked.length, masked.length + shareTagKeyBytes);
  return poly1305(concatBytes(frame(concatBytes(...keyIds)), masked), tagKey) as Bytes;
}

function xor(text: Uint8Array, pad: Uint8Array): Bytes {
  const result = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) result[i] = (text[i] as number) ^ (pad[i] as number);
  return result;
}
