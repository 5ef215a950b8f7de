import { type Bytes, equalBytes } from "../shared/bytes.ts";
import { toHex } from "../shared/hex.ts";
import type { ParsedEnvelope } from "./envelope.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ReceiverView } from "./receiver.ts";

export interface Lineage {
  /** Parents that are not here: shown as a gap, asked for from the relay. */
  readonly missingParents: readonly Bytes[];
  /** True when the sender's envelope before this one is not here. */
  readonly gapBefore: boolean;
}

/**
 * Sequence unseen, parents known or the gap told. Two envelopes of one device that claim one position, or a
 * predecessor other than the one known, mean that the device's keys live twice.
 * @throws ProtocolError sequence.replayed, sequence.device-copied, parents.duplicate, parents.missing
 */
export function checkLineage({ fields, hash }: ParsedEnvelope, receiver: ReceiverView): Lineage {
  const { senderDevice, sequence, parents } = fields;
  const same = receiver.envelopeAt(senderDevice, sequence);
  if (same !== undefined && equalBytes(same.hash, hash))
    throw new ProtocolError("sequence.replayed", "the message was received before");
  if (same !== undefined) throw deviceCopied();
  if (new Set(parents.map(toHex)).size !== parents.length)
    throw new ProtocolError("parents.duplicate", "a message names a predecessor twice");
  if (sequence > 1 && parents.length === 0)
    throw new ProtocolError("parents.missing", "a message does not name the one before it");
  const previous = sequence === 1 ? undefined : receiver.envelopeAt(senderDevice, sequence - 1);
  if (previous !== undefined && !names(parents, previous.hash)) throw deviceCopied();
  const following = receiver.envelopeAt(senderDevice, sequence + 1);
  if (following !== undefined && !names(following.parents, hash)) throw deviceCopied();
  return {
    missingParents: parents.filter((parent) => !receiver.isKnown(parent)),
    gapBefore: sequence > 1 && previous === undefined,
  };
}

function names(parents: readonly Bytes[], hash: Bytes): boolean {
  return parents.some((parent) => equalBytes(parent, hash));
}

function deviceCopied(): ProtocolError {
  return new ProtocolError(
    "sequence.device-copied",
    "a device has sent two different messages as the same one",
    {
      nextStep: "Its keys may have been copied: tell the sender and your site's security officer.",
    },
  );
}
