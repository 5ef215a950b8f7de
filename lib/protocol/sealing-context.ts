import { type Bytes, concatBytes, equalBytes, utf8 } from "../shared/bytes.ts";
import { toHex } from "../shared/hex.ts";
import { SecretBytes } from "../shared/secret-bytes.ts";
import { randomUuid } from "../shared/uuid.ts";
import type { AccessSecret } from "./access-secret.ts";
import { gcmOpen, gcmSeal } from "./aes-gcm.ts";
import { frame, uint64 } from "./frame.ts";
import { hmacSha256 } from "./hmac.ts";
import { createHpkeRecipient, createHpkeSender } from "./hpke.ts";
import { framedLabel, labels } from "./labels.ts";
import { lengths, limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { SealedCopy } from "./sealed-copy.ts";

export interface SealingContextOptions {
  readonly site: string;
  readonly device: Bytes;
  /** From the device's current certificate. */
  readonly sealingKey: Bytes;
  /** The newest access secret that the device has confirmed. */
  readonly access: AccessSecret;
  readonly now: number;
  /** Fixed in test vectors only. */
  readonly contextId?: Bytes;
  readonly ekm?: Bytes;
}

/**
 * A gateway's end: one HPKE mode_psk context (4 ms) that seals up to 1,000 copies for one device, each under its
 * own exported key. Lives in memory only, so no index is used twice; begin a new one when `isSpent`.
 */
export class SealingContext {
  readonly #enc: Bytes;
  readonly #secret: SecretBytes;
  readonly #options: SealingContextOptions;
  readonly #contextId: Bytes;
  #next = 0;

  private constructor(enc: Bytes, secret: SecretBytes, options: SealingContextOptions, contextId: Bytes) {
    this.#enc = enc;
    this.#secret = secret;
    this.#options = options;
    this.#contextId = contextId;
  }

  static async begin(options: SealingContextOptions): Promise<SealingContext> {
    const contextId = options.contextId ?? randomUuid();
    const { site, device, access } = options;
    const info = contextInfo(site, device, contextId, access.generation);
    const psk = { id: device, key: access.secret };
    const sender = await createHpkeSender(options.sealingKey, info, psk, options.ekm);
    const secret = await sender.exportSecret(utf8(labels.copy), lengths.key);
    return new SealingContext(sender.enc, secret, options, contextId);
  }

  get generation(): number {
    return this.#options.access.generation;
  }

  isSpent(now: number): boolean {
    return this.#next >= limits.sealingContextCopies || now - this.#options.now >= limits.sealingContextAge;
  }

  /** Zeroes the context's secret; what it sealed stays good. */
  destroy(): void {
    this.#secret.destroy();
  }

  /**
   * Seals a key under the next index. The key stays the caller's.
   * @throws ProtocolError copy.context-spent
   */
  async seal(key: SecretBytes, recordHash: Bytes): Promise<SealedCopy> {
    const index = this.#next++;
    if (index >= limits.sealingContextCopies)
      throw new ProtocolError("copy.context-spent", "a sealing context has served all its copies");
    const wrapping = copyKey(this.#secret, index);
    try {
      const ciphertext = await gcmSeal(wrapping.reveal(), zeroNonce, recordHash, key.reveal());
      return {
        contextId: this.#contextId,
        enc: this.#enc,
        index,
        ciphertext,
        generation: this.generation,
      };
    } finally {
      wrapping.destroy();
    }
  }
}

export interface CopyOpenerOptions {
  readonly site: string;
  readonly device: Bytes;
  /** The current sealing key's seed first, then the one before it until nothing sealed to that waits. */
  readonly sealingSeeds: () => readonly SecretBytes[];
  readonly accessSecret: (generation: number) => SecretBytes | undefined;
}

interface KeptContext {
  readonly enc: Bytes;
  readonly generation: number;
  readonly secret: SecretBytes;
}

const contextsKept = 64;

/** A device's end: opens sealed copies, keeping the contexts it has opened. */
export class CopyOpener {
  readonly #options: CopyOpenerOptions;
  readonly #contexts = new Map<string, KeptContext>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: CopyOpenerOptions) {
    this.#options = options;
  }

  /**
   * @throws ProtocolError copy.generation-unknown (the access secret is not kept any more), copy.open (not for
   * this device, another record, or altered)
   */
  async open(copy: SealedCopy, recordHash: Bytes): Promise<SecretBytes> {
    const known = await this.#openKnown(copy, recordHash);
    if (known !== undefined) return known;
    // One after the other, so that a burst of copies pays for their common context once.
    const opened = this.#queue.then(async () => {
      return (await this.#openKnown(copy, recordHash)) ?? (await this.#openNew(copy, recordHash));
    });
    this.#queue = opened.catch(() => {});
    return opened;
  }

  async #openKnown(copy: SealedCopy, recordHash: Bytes): Promise<SecretBytes | undefined> {
    const known = this.#contexts.get(toHex(copy.contextId));
    if (known === undefined || !equalBytes(known.enc, copy.enc) || known.generation !== copy.generation)
      return;
    return openCopy(known.secret, copy, recordHash);
  }

  async #openNew(copy: SealedCopy, recordHash: Bytes): Promise<SecretBytes> {
    for (const seed of this.#options.sealingSeeds()) {
      const secret = await this.#contextSecret(copy, seed);
      const key = await openCopy(secret, copy, recordHash);
      if (key !== undefined) {
        this.#keep(copy, secret);
        return key;
      }
      secret.destroy();
    }
    throw new ProtocolError("copy.open", "a sealed key does not open on this device", {
      nextStep: "Ask the sender to send it again.",
    });
  }

  /** Zeroes the contexts kept. */
  destroy(): void {
    for (const { secret } of this.#contexts.values()) secret.destroy();
    this.#contexts.clear();
  }

  async #contextSecret(copy: SealedCopy, seed: SecretBytes): Promise<SecretBytes> {
    const { site, device } = this.#options;
    const secret = this.#options.accessSecret(copy.generation);
    if (secret === undefined)
      throw new ProtocolError(
        "copy.generation-unknown",
        "a sealed key is under an access secret this device lost",
        {
          nextStep: "Ask the sender to send it again.",
        },
      );
    const info = contextInfo(site, device, copy.contextId, copy.generation);
    const recipient = await createHpkeRecipient(seed, copy.enc, info, { id: device, key: secret });
    return recipient.exportSecret(utf8(labels.copy), lengths.key);
  }

  #keep(copy: SealedCopy, secret: SecretBytes): void {
    const oldest = this.#contexts.size >= contextsKept ? this.#contexts.keys().next().value : undefined;
    for (const name of [oldest, toHex(copy.contextId)]) {
      if (name === undefined) continue;
      this.#contexts.get(name)?.secret.destroy();
      this.#contexts.delete(name);
    }
    this.#contexts.set(toHex(copy.contextId), { enc: copy.enc, generation: copy.generation, secret });
  }
}

const zeroNonce = new Uint8Array(lengths.nonce);

function contextInfo(site: string, device: Bytes, contextId: Bytes, generation: number): Bytes {
  return concatBytes(framedLabel(labels.copy), frame(utf8(site), device, contextId, uint64(generation)));
}

/**
 * HMAC-SHA-256(context secret, uint64 index). One HPKE export serves the whole context: an export for each copy
 * costs fifteen times as much and promises the same.
 */
function copyKey(secret: SecretBytes, index: number): SecretBytes {
  return SecretBytes.own(hmacSha256(secret.reveal(), uint64(index)));
}

async function openCopy(
  secret: SecretBytes,
  copy: SealedCopy,
  recordHash: Bytes,
): Promise<SecretBytes | undefined> {
  const wrapping = copyKey(secret, copy.index);
  try {
    const key = await gcmOpen(wrapping.reveal(), zeroNonce, recordHash, copy.ciphertext);
    return key === undefined ? undefined : SecretBytes.own(key);
  } finally {
    wrapping.destroy();
  }
}
