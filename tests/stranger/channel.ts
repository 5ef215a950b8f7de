import { frame, hash, hex, label, uint64 } from "./framing.ts";
import { expand, extract } from "./kdf.ts";

/** Info of the device's context (docs/PROTOCOL.md §5, message 2). */
export function openingInfo(
  challenge: Uint8Array,
  site: string,
  certificate: Uint8Array,
  ephemeralKey: Uint8Array,
  generation: number,
): Buffer {
  return hash(label("channel"), frame(challenge, site, certificate, ephemeralKey, uint64(generation)));
}

/** What the device signs, and seals first. */
export function openingMessage(info: Uint8Array): Buffer {
  return Buffer.concat([label("channel"), frame(info)]);
}

/** Info of the gateway's context (message 3). */
export function answerInfo(challenge: Uint8Array, opening: Uint8Array): Buffer {
  return hash(label("channel answer"), frame(challenge, opening));
}

/**
 * The next access secret.
 * @param exports of both contexts with context "vernam/1 access"
 * @param generation of the secret that this gives
 */
export function nextAccessSecret(
  exports: { device: Uint8Array; gateway: Uint8Array },
  info: Uint8Array,
  generation: number,
): Buffer {
  const key = extract("sha512", info, Buffer.concat([exports.device, exports.gateway]));
  return expand("sha512", key, Buffer.concat([label("access"), uint64(generation)]), 32);
}

/** Who shares a channel: psk and psk_id of both contexts. */
export function pskOf(accessSecret: string, device: string) {
  return { key: hex(accessSecret), id: hex(device) };
}
