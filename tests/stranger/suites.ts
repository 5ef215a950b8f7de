import * as gcm from "./aes-gcm.ts";
import { frame } from "./framing.ts";
import { poly1305 } from "./poly1305.ts";
import { Refused } from "./refused.ts";

const TAG = 16;
const NONCE = 12;

/** Ciphertext and tag of an envelope. */
export interface Sealed {
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

/** Suite 1, and the outer layer of suite 4. @param key 32 bytes longer than the text */
export function sealOtp(key: Uint8Array, header: Uint8Array, plain: Uint8Array): Sealed {
  const ciphertext = exclusiveOr(plain, key.subarray(32));
  return { ciphertext, tag: poly1305(key, Buffer.concat([frame(header), frame(ciphertext)])) };
}

/** @throws Refused envelope.tag */
export function openOtp(key: Uint8Array, header: Uint8Array, { ciphertext, tag }: Sealed): Buffer {
  const expected = poly1305(key, Buffer.concat([frame(header), frame(ciphertext)]));
  if (!expected.equals(tag) || key.length !== ciphertext.length + 32) throw new Refused("envelope.tag");
  return exclusiveOr(ciphertext, key.subarray(32));
}

/** Suites 2 and 3, under a message key of the chain. */
export function sealAes(key: Uint8Array, nonce: Uint8Array, header: Uint8Array, plain: Uint8Array): Sealed {
  const sealed = Buffer.concat([nonce, gcm.seal(key, nonce, header, plain)]);
  return { ciphertext: sealed.subarray(0, -TAG), tag: sealed.subarray(-TAG) };
}

/** @throws Refused envelope.tag */
export function openAes(key: Uint8Array, header: Uint8Array, { ciphertext, tag }: Sealed): Buffer {
  const sealed = Buffer.concat([ciphertext.subarray(NONCE), tag]);
  return gcm.open(key, ciphertext.subarray(0, NONCE), header, sealed, "envelope.tag");
}

/** Suite 4: the inner layer of suite 3, whole, in the place of suite 1's padded text. */
export function sealBoth(
  pad: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  header: Uint8Array,
  plain: Uint8Array,
): Sealed {
  const inner = sealAes(key, nonce, header, plain);
  return sealOtp(pad, header, Buffer.concat([inner.ciphertext, inner.tag]));
}

/** @throws Refused envelope.tag */
export function openBoth(pad: Uint8Array, key: Uint8Array, header: Uint8Array, sealed: Sealed): Buffer {
  const inner = openOtp(pad, header, sealed);
  return openAes(key, header, { ciphertext: inner.subarray(0, -TAG), tag: inner.subarray(-TAG) });
}

function exclusiveOr(one: Uint8Array, other: Uint8Array): Buffer {
  return Buffer.from(one.map((byte, at) => byte ^ (other[at] ?? 0)));
}
