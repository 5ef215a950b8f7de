import { destroyChain, stepChain } from "../../protocol/chain.ts";
import { type SendingEpoch, startSendingEpoch } from "../../protocol/composing.ts";
import type { Recipient } from "../../protocol/recipients.ts";
import { type EpochSuite, suites } from "../../protocol/suites.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import { randomUuid } from "../../shared/uuid.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { MessengerError } from "../messenger-error.ts";
import type { DrawnKey } from "./outbox-item.ts";

/** Policy: a new epoch after this many messages or this long, on any roster change, and at each start. */
const epochMessages = 256;
const epochLifetime = 60 * 60 * 1000;

export interface EpochKey {
  readonly epochId: Bytes;
  readonly recordHash: Bytes;
  readonly index: number;
  readonly messageKey: SecretBytes;
}

/**
 * This device's sending chains, in memory only: what the process forgets, nobody finds. A conversation has one epoch
 * of AES and one of HYBRID, which OTP_HYBRID shares; and more for a device that something is sent again to alone.
 */
export class SendingEpochs {
  readonly #parts: EngineParts;
  readonly #epochs = new Map<string, SendingEpoch>();

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Whether the next message of this conversation goes without new key. */
  isOpen(conversation: Conversation, suite: EpochSuite, only?: Recipient): boolean {
    const epoch = this.#epochs.get(nameOf(conversation.id, suite, only));
    if (!epoch || !conversation.roster) return false;
    return (
      epoch.chain.next < epochMessages &&
      this.#parts.now() - epoch.startedAt < epochLifetime &&
      equalBytes(epoch.record.value.rosterHead, conversation.roster.head)
    );
  }

  /**
   * Opens an epoch under a drawn key, which is destroyed, and gives its signed start, ready to be sent first.
   * @throws MessengerError "roster.changed"; ProtocolError "certificate.unknown" when HYBRID lacks the sealing key of
   * a recipient.
   */
  async begin(
    conversation: Conversation,
    { record, key }: DrawnKey,
    suite: EpochSuite,
    only?: Recipient,
  ): Promise<{ epochId: Bytes; start: Bytes; hash: Bytes }> {
    const { self, now } = this.#parts;
    const roster = conversation.roster;
    if (!roster || !equalBytes(roster.head, record.value.rosterHead)) {
      key.destroy();
      throw new MessengerError("roster.changed", "the membership changed while the key was drawn");
    }
    const { bytes, hash, epoch } = await startSendingEpoch(
      randomUuid(),
      record,
      key,
      roster,
      self.signer,
      now(),
      suite === suites.hybrid ? { sealingKeyOf: (device) => this.#sealingKeyOf(device) } : undefined,
    );
    const name = nameOf(conversation.id, suite, only);
    this.#forget(name);
    this.#epochs.set(name, epoch);
    return { epochId: epoch.epochId, start: bytes, hash };
  }

  /** The next message key; the chain behind it is zeroed. Call only under the bind lock, when `isOpen`. */
  take(conversation: Conversation, suite: EpochSuite, only?: Recipient): EpochKey {
    const name = nameOf(conversation.id, suite, only);
    const epoch = this.#epochs.get(name);
    if (!epoch) throw new MessengerError("epoch.closed", "no epoch is open in this conversation");
    const index = epoch.chain.next;
    const step = stepChain(epoch.chain, index, this.#parts.now());
    this.#epochs.set(name, { ...epoch, chain: step.chain });
    for (const secret of step.consumed) secret.destroy();
    return { epochId: epoch.epochId, recordHash: epoch.record.hash, index, messageKey: step.messageKey };
  }

  /** Somebody could not open what went out in this epoch: the next message begins another. */
  end(conversation: string, epochId: Bytes): void {
    for (const [name, epoch] of this.#epochs)
      if (name.startsWith(`${conversation}/`) && equalBytes(epoch.epochId, epochId)) this.#forget(name);
  }

  forget(conversation: string): void {
    for (const name of [...this.#epochs.keys()]) if (name.startsWith(`${conversation}/`)) this.#forget(name);
  }

  destroy(): void {
    for (const name of [...this.#epochs.keys()]) this.#forget(name);
  }

  #forget(name: string): void {
    const epoch = this.#epochs.get(name);
    if (epoch) destroyChain(epoch.chain);
    this.#epochs.delete(name);
  }

  /** Of the newest certificate: the private half of an older one may be gone. */
  #sealingKeyOf(device: Bytes): Bytes | undefined {
    return this.#parts.directory.certificates.ofDevice(device).at(-1)?.value.sealingKey;
  }
}

function nameOf(conversation: string, suite: EpochSuite, only: Recipient | undefined): string {
  return `${conversation}/${suite}${only ? `/${toHex(only.device)}` : ""}`;
}
