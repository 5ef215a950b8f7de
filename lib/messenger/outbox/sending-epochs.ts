import { type Chain, destroyChain, startChain, stepChain } from "../../protocol/chain.ts";
import { deriveEpoch, epochTranscript } from "../../protocol/epoch.ts";
import { signEpochStart } from "../../protocol/epoch-start.ts";
import { suites } from "../../protocol/suites.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import { randomUuid } from "../../shared/uuid.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { MessengerError } from "../messenger-error.ts";
import type { DrawnKey } from "./outbox-item.ts";

/** Policy: a new epoch after this many messages or this long, on any roster change, and at each start. */
export const epochMessages = 256;
export const epochLifetime = 60 * 60 * 1000;

interface SendingEpoch {
  readonly id: Bytes;
  readonly recordHash: Bytes;
  readonly rosterHead: Bytes;
  readonly startedAt: number;
  chain: Chain;
}

export interface EpochKey {
  readonly epochId: Bytes;
  readonly recordHash: Bytes;
  readonly index: number;
  readonly messageKey: SecretBytes;
}

/** This device's sending chains, in memory only: what the process forgets, nobody finds. */
export class SendingEpochs {
  readonly #parts: EngineParts;
  readonly #epochs = new Map<string, SendingEpoch>();

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Whether the next message of this conversation goes without new key. */
  isOpen(conversation: Conversation): boolean {
    const epoch = this.#epochs.get(conversation.id);
    if (!epoch || !conversation.roster) return false;
    return (
      epoch.chain.next < epochMessages &&
      this.#parts.now() - epoch.startedAt < epochLifetime &&
      equalBytes(epoch.rosterHead, conversation.roster.head)
    );
  }

  /** Opens an epoch under a drawn key, which is destroyed, and gives its signed start, ready to be sent first. */
  async begin(
    conversation: Conversation,
    { record, key }: DrawnKey,
  ): Promise<{ epochId: Bytes; start: Bytes }> {
    const { self, now } = this.#parts;
    const roster = conversation.roster;
    if (!roster || !equalBytes(roster.head, record.value.rosterHead)) {
      key.destroy();
      throw new MessengerError("roster.changed", "the membership changed while the key was drawn");
    }
    const transcript = epochTranscript(record, roster);
    const secrets = deriveEpoch(key, transcript, conversation.idBytes, self.deviceBytes);
    key.destroy();
    const epochId = randomUuid();
    const startedAt = now();
    const start = await signEpochStart(
      {
        suite: suites.aes,
        conversation: conversation.idBytes,
        senderDevice: self.deviceBytes,
        epochId,
        rosterHead: roster.head,
        drawRecordHash: record.hash,
        transcript,
        commit: secrets.commit,
        startedAt,
        sealed: [],
      },
      self.signer,
    );
    this.forget(conversation.id);
    this.#epochs.set(conversation.id, {
      id: epochId,
      recordHash: record.hash,
      rosterHead: roster.head,
      startedAt,
      chain: startChain(secrets.chainKey),
    });
    return { epochId, start };
  }

  /** The next message key; the chain behind it is zeroed. Call only under the bind lock, when `isOpen`. */
  take(conversation: Conversation): EpochKey {
    const epoch = this.#epochs.get(conversation.id);
    if (!epoch) throw new MessengerError("epoch.closed", "no epoch is open in this conversation");
    const index = epoch.chain.next;
    const step = stepChain(epoch.chain, index, this.#parts.now());
    epoch.chain = step.chain;
    for (const secret of step.consumed) secret.destroy();
    return { epochId: epoch.id, recordHash: epoch.recordHash, index, messageKey: step.messageKey };
  }

  forget(conversation: string): void {
    const epoch = this.#epochs.get(conversation);
    if (epoch) destroyChain(epoch.chain);
    this.#epochs.delete(conversation);
  }

  destroy(): void {
    for (const conversation of [...this.#epochs.keys()]) this.forget(conversation);
  }
}
