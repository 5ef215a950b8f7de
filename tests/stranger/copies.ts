import * as gcm from "./aes-gcm.ts";
import { frame, hex, label, uint64 } from "./framing.ts";
import { setUpReceiver, setUpSender } from "./hpke.ts";
import { hmac } from "./kdf.ts";
import type { SealedCopy } from "./structures.ts";

const NONCE = Buffer.alloc(12);

/** A sealing context between a gateway and a device (docs/PROTOCOL.md §5, "Sealed copies"). */
export interface SealingContext {
  readonly site: string;
  readonly device: string;
  readonly contextId: string;
  readonly generation: number;
  readonly accessSecret: string;
}

/** The gateway's end, from fixed randomness: enc, and the secret S of the context. */
export function beginContext(of: SealingContext, sealingKey: Uint8Array, ekm: Uint8Array) {
  const { context, enc } = setUpSender(sealingKey, ekm, termsOf(of));
  return { enc, secret: context.export("vernam/1 copy") };
}

/** The device's end: S again. @param seed of its X-Wing key */
export function contextSecret(of: SealingContext, seed: Uint8Array, enc: Uint8Array): Buffer {
  return setUpReceiver(seed, enc, termsOf(of)).export("vernam/1 copy");
}

export function sealCopy(secret: Uint8Array, index: number, recordHash: string, key: Uint8Array): Buffer {
  return gcm.seal(hmac("sha256", secret, uint64(index)), NONCE, hex(recordHash), key);
}

/** @throws Refused copy.open */
export function openCopy(secret: Uint8Array, copy: SealedCopy, recordHash: string): Buffer {
  const key = hmac("sha256", secret, uint64(copy.index));
  return gcm.open(key, NONCE, hex(recordHash), hex(copy.ciphertext), "copy.open");
}

function termsOf({ site, device, contextId, generation, accessSecret }: SealingContext) {
  return {
    info: Buffer.concat([label("copy"), frame(site, hex(device), hex(contextId), uint64(generation))]),
    psk: { key: hex(accessSecret), id: hex(device) },
  };
}
