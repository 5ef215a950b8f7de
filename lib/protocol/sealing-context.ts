import { type Bytes, concatBytes, equalBytes, utf8 } from "../shared/bytes.ts";
import { toHex } from "../shared/hex.ts";
import { SecretBytes } from "../shared/secret-bytes.ts";
import { randomUuid } from "../shared/uuid.ts";
import type { AccessSecret } from "./access-secret.ts";
import { gcmOpen, gcmSeal } from "./aes-gcm.ts";
import { frame, uint64 } from "./frame.ts";
import { createHpkeRecipient, createHpkeSender, type HpkeRecipient, type HpkeSender } from "./hpke.ts";
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
  readonly #sender: HpkeSender;
  readonly #options: SealingContextOptions;
  readonly #contextId: Bytes;
  #next = 0;

  private constructor(sender: HpkeSender, options: SealingContextOptions, contextId: Bytes) {
    this.#sender = sender;
    this.#options = options;
    this.#contextId = contextId;
  }

  static async begin(options: SealingContextOptions): Promise<SealingContext> {
    const contextId = options.contextId ?? randomUuid();
    const { site, device, access } = options;
    const info = contextInfo(site, device, contextId, access.generation);
    const psk = { id: device, key: access.secret };
    return new SealingContext(
      await createHpkeSender(options.sealingKey, info, psk, options.ekm),
      options,
      contextId,
    );
  }

  get generation(): number {
    return this.#options.access.generation;
  }

  isSpent(now: number): boolean {
    return this.#next >= limits.sealingContextCopies || now - this.#options.now >= limits.sealingContextAge;
  }

  /**
   * Seals a key under the next index. The key stays the caller's.
   * @throws ProtocolError copy.context-spent
   */
  async seal(key: SecretBytes, recordHash: Bytes): Promise<SealedCopy> {
    const index = this.#next++;
    if (index >= limits.sealingContextCopies)
      throw new ProtocolError("copy.context-spent", "a sealing context has served all its copies");
    const wrapping = await this.#sender.exportSecret(copyLabel(index), lengths.key);
    try {
      const ciphertext = await gcmSeal(wrapping.reveal(), zeroNonce, recordHash, key.reveal());
      return {
        contextId: this.#contextId,
        enc: this.#sender.enc,
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

const contextsKept = 64;

/** A device's end: opens sealed copies, keeping the contexts it has opened. */
export class CopyOpener {
  readonly #options: CopyOpenerOptions;
  readonly #contexts = new Map<string, { readonly enc: Bytes; readonly recipient: HpkeRecipient }>();

  constructor(options: CopyOpenerOptions) {
    this.#options = options;
  }

  /**
   * @throws ProtocolError copy.generation-unknown (the access secret is not kept any more), copy.open (not for
   * this device, another record, or altered)
   */
  async open(copy: SealedCopy, recordHash: Bytes): Promise<SecretBytes> {
    const known = this.#contexts.get(toHex(copy.contextId));
    if (known !== undefined && equalBytes(known.enc, copy.enc)) {
      const key = await openCopy(known.recipient, copy, recordHash);
      if (key !== undefined) return key;
    }
    for (const seed of this.#options.sealingSeeds()) {
      const recipient = await this.#recipient(copy, seed);
      const key = await openCopy(recipient, copy, recordHash);
      if (key === undefined) continue;
      this.#keep(copy, recipient);
      return key;
    }
    throw new ProtocolError("copy.open", "a sealed key does not open on this device", {
      nextStep: "Ask the sender to send it again.",
    });
  }

  #recipient(copy: SealedCopy, seed: SecretBytes): Promise<HpkeRecipient> {
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
    return createHpkeRecipient(seed, copy.enc, info, { id: device, key: secret });
  }

  #keep(copy: SealedCopy, recipient: HpkeRecipient): void {
    if (this.#contexts.size >= contextsKept)
      this.#contexts.delete(this.#contexts.keys().next().value as string);
    this.#contexts.set(toHex(copy.contextId), { enc: copy.enc, recipient });
  }
}

const zeroNonce = new Uint8Array(lengths.nonce);

function contextInfo(site: string, device: Bytes, contextId: Bytes, generation: number): Bytes {
  return concatBytes(framedLabel(labels.copy), frame(utf8(site), device, contextId, uint64(generation)));
}

/** Exporter context of copy `index`: "vernam/1 copy" ‖ uint64 index. */
function copyLabel(index: number): Bytes {
  return concatBytes(utf8(labels.copy), uint64(index));
}

async function openCopy(
  recipient: HpkeRecipient,
  copy: SealedCopy,
  recordHash: Bytes,
): Promise<SecretBytes | undefined> {
  const wrapping = await recipient.exportSecret(copyLabel(copy.index), lengths.key);
  try {
    const key = await gcmOpen(wrapping.reveal(), zeroNonce, recordHash, copy.ciphertext);
    return key === undefined ? undefined : SecretBytes.own(key);
  } finally {
    wrapping.destroy();
  }
}
