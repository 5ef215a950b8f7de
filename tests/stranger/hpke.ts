import * as gcm from "./aes-gcm.ts";
import { expand, extract } from "./kdf.ts";
import * as xWing from "./x-wing.ts";

/** KEM X-Wing, HKDF-SHA-256, AES-256-GCM (RFC 9180 §5.1). */
const SUITE = Buffer.concat([Buffer.from("HPKE"), Buffer.of(0x64, 0x7a, 0x00, 0x01, 0x00, 0x02)]);
const NONE = Buffer.alloc(0);

/** What both ends of a context agree on; with a psk the mode is mode_psk, without it mode_base. */
export interface Terms {
  readonly info: Uint8Array;
  readonly psk?: { readonly key: Uint8Array; readonly id: Uint8Array };
}

/** One end of an HPKE context. Every sealed or opened message takes the next nonce. */
export class Context {
  readonly #key: Buffer;
  readonly #nonce: Buffer;
  readonly #exporter: Buffer;
  #sequence = 0n;

  constructor(sharedSecret: Uint8Array, { info, psk }: Terms) {
    const psk_id = labeledExtract(NONE, "psk_id_hash", psk?.id ?? NONE);
    const schedule = Buffer.concat([Buffer.of(psk ? 1 : 0), psk_id, labeledExtract(NONE, "info_hash", info)]);
    const secret = labeledExtract(sharedSecret, "secret", psk?.key ?? NONE);
    this.#key = labeledExpand(secret, "key", schedule, 32);
    this.#nonce = labeledExpand(secret, "base_nonce", schedule, 12);
    this.#exporter = labeledExpand(secret, "exp", schedule, 32);
  }

  seal(plain: Uint8Array): Buffer {
    return gcm.seal(this.#key, this.#nextNonce(), NONE, plain);
  }

  /** @throws Refused hpke.open */
  open(sealed: Uint8Array): Buffer {
    return gcm.open(this.#key, this.#nextNonce(), NONE, sealed, "hpke.open");
  }

  export(context: string): Buffer {
    return labeledExpand(this.#exporter, "sec", Buffer.from(context), 32);
  }

  #nextNonce(): Buffer {
    const nonce = Buffer.from(this.#nonce);
    const counter = this.#sequence++;
    nonce.writeBigUInt64BE(nonce.readBigUInt64BE(4) ^ counter, 4);
    return nonce;
  }
}

/** Sender's context, from fixed randomness, and the enc that the receiver needs. */
export function setUpSender(recipient: Uint8Array, ekm: Uint8Array, terms: Terms) {
  const { secret, enc } = xWing.encapsulate(recipient, ekm);
  return { context: new Context(secret, terms), enc };
}

/** @param seed the 32 bytes that the recipient's X-Wing key is made of */
export function setUpReceiver(seed: Uint8Array, enc: Uint8Array, terms: Terms): Context {
  return new Context(xWing.decapsulate(seed, enc), terms);
}

function labeledExtract(salt: Uint8Array, name: string, ikm: Uint8Array): Buffer {
  return extract("sha256", salt, Buffer.concat([Buffer.from("HPKE-v1"), SUITE, Buffer.from(name), ikm]));
}

function labeledExpand(key: Uint8Array, name: string, info: Uint8Array, length: number): Buffer {
  const prefix = Buffer.of(length >> 8, length & 255);
  const labelled = Buffer.concat([prefix, Buffer.from("HPKE-v1"), SUITE, Buffer.from(name), info]);
  return expand("sha256", key, labelled, length);
}
