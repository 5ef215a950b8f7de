import type { Bytes } from "../shared/bytes.ts";
import { toHex } from "../shared/hex.ts";
import type { ReceivingEpoch } from "./receiving-epoch.ts";

/** An envelope whose signature was verified, as the receiver remembers it. */
export interface KnownEnvelope {
  readonly hash: Bytes;
  readonly parents: readonly Bytes[];
}

/**
 * What one conversation's receiver has stored. Opening only reads it; calls for one conversation must follow one
 * another, with each change committed before the next call.
 */
export interface ReceiverView {
  /** The envelope with this sender sequence, own ones too. */
  envelopeAt(device: Bytes, sequence: number): KnownEnvelope | undefined;
  /** Whether an envelope with this hash is known, own ones too. */
  isKnown(envelopeHash: Bytes): boolean;
  /** The hash of the envelope or epoch start that used this draw record. */
  usedBy(recordHash: Bytes): Bytes | undefined;
  epoch(epochId: Bytes): ReceivingEpoch | undefined;
}

/** What must be committed, all or nothing, when an envelope or epoch start was opened. */
export interface ReceiverChange {
  readonly envelope?: KnownEnvelope & { readonly device: Bytes; readonly sequence: number };
  readonly used?: { readonly recordHash: Bytes; readonly by: Bytes };
  /** Takes the place of the epoch with the same id. */
  readonly epoch?: ReceivingEpoch;
}

/** A receiver's state in memory; a device store keeps the same on disk. */
export class MemoryReceiver implements ReceiverView {
  readonly #sequences = new Map<string, KnownEnvelope>();
  readonly #known = new Set<string>();
  readonly #used = new Map<string, Bytes>();
  readonly #epochs = new Map<string, ReceivingEpoch>();

  envelopeAt(device: Bytes, sequence: number): KnownEnvelope | undefined {
    return this.#sequences.get(`${toHex(device)}/${sequence}`);
  }

  isKnown(envelopeHash: Bytes): boolean {
    return this.#known.has(toHex(envelopeHash));
  }

  usedBy(recordHash: Bytes): Bytes | undefined {
    return this.#used.get(toHex(recordHash));
  }

  epoch(epochId: Bytes): ReceivingEpoch | undefined {
    return this.#epochs.get(toHex(epochId));
  }

  commit({ envelope, used, epoch }: ReceiverChange): void {
    if (envelope !== undefined) {
      const { hash, parents } = envelope;
      this.#sequences.set(`${toHex(envelope.device)}/${envelope.sequence}`, { hash, parents });
      this.#known.add(toHex(hash));
    }
    if (used !== undefined) this.#used.set(toHex(used.recordHash), used.by);
    if (epoch !== undefined) this.#epochs.set(toHex(epoch.epochId), epoch);
  }
}
