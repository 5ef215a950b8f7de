import { SecretBytes } from "../shared/secret-bytes.ts";
import { hmacSha512 } from "./hmac.ts";
import { framedLabel, labels } from "./labels.ts";
import { lengths, limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";

/** A message key that was passed over, kept for its envelope. */
export interface SkippedKey {
  readonly key: SecretBytes;
  /** When it was derived, ms UTC: kept for 24 hours. */
  readonly at: number;
}

/** The symmetric chain of one epoch, at either end. Never changed: each step makes a new one. */
export interface Chain {
  readonly next: number;
  readonly chainKey: SecretBytes;
  readonly skipped: ReadonlyMap<number, SkippedKey>;
}

export interface ChainStep {
  readonly messageKey: SecretBytes;
  /** Takes the place of the chain that went in, once the message is stored. */
  readonly chain: Chain;
  /** Secrets that the new chain does not need: destroy them then. The message key is not among them. */
  readonly consumed: readonly SecretBytes[];
  /** Secrets made by this step: destroy them instead when the step is not taken. The message key is among them. */
  readonly made: readonly SecretBytes[];
}

/** Takes ownership of the chain key. */
export function startChain(chainKey: SecretBytes): Chain {
  return { next: 0, chainKey, skipped: new Map() };
}

/**
 * The key of message `index` and the chain after it; nothing that went in changes. `now` in ms UTC.
 * @throws ProtocolError chain.index (beyond an epoch), chain.used (before the chain and not kept),
 * chain.skip-limit (more than 1,000 keys would be kept)
 */
export function stepChain(chain: Chain, index: number, now: number): ChainStep {
  if (!Number.isSafeInteger(index) || index < 0 || index >= limits.epochMessages)
    throw new ProtocolError("chain.index", "a message's position is beyond the end of its epoch");
  if (index < chain.next) return takeSkipped(chain, index, now);
  const { kept, expired } = split(chain, now);
  if (kept.size + index - chain.next > limits.skippedKeys)
    throw new ProtocolError("chain.skip-limit", "too many messages of an epoch are missing", {
      nextStep: "Wait for the missing messages, or ask the sender to send it again.",
    });
  const made: SecretBytes[] = [];
  let chainKey = chain.chainKey;
  for (let i = chain.next; i < index; i++) {
    const key = derive(chainKey, "message");
    kept.set(i, { key, at: now });
    chainKey = advance(chainKey, chain);
    made.push(key);
  }
  const messageKey = derive(chainKey, "message");
  const last = advance(chainKey, chain);
  made.push(messageKey, last);
  return {
    messageKey,
    chain: { next: index + 1, chainKey: last, skipped: kept },
    consumed: [chain.chainKey, ...expired],
    made,
  };
}

/** Zeroes everything a chain holds. */
export function destroyChain(chain: Chain): void {
  chain.chainKey.destroy();
  for (const { key } of chain.skipped.values()) key.destroy();
}

function takeSkipped(chain: Chain, index: number, now: number): ChainStep {
  const { kept, expired } = split(chain, now);
  const found = kept.get(index);
  if (found === undefined)
    throw new ProtocolError("chain.used", "the key of this message was used or has expired", {
      nextStep: "Ask the sender to send it again.",
    });
  kept.delete(index);
  // A copy, so that refusing this step can destroy its message key without harming the chain that stays.
  const messageKey = SecretBytes.copyOf(found.key.reveal());
  return {
    messageKey,
    chain: { ...chain, skipped: kept },
    consumed: [found.key, ...expired],
    made: [messageKey],
  };
}

function split(chain: Chain, now: number): { kept: Map<number, SkippedKey>; expired: SecretBytes[] } {
  const kept = new Map<number, SkippedKey>();
  const expired: SecretBytes[] = [];
  for (const [index, skipped] of chain.skipped) {
    if (now - skipped.at > limits.skippedKeyAge) expired.push(skipped.key);
    else kept.set(index, skipped);
  }
  return { kept, expired };
}

/** The next chain key; one between the ends of this step is zeroed at once. */
function advance(chainKey: SecretBytes, chain: Chain): SecretBytes {
  const next = derive(chainKey, "next");
  if (chainKey !== chain.chainKey) chainKey.destroy();
  return next;
}

/** The first 32 bytes of HMAC-SHA-512(CK, frame(label)). */
function derive(chainKey: SecretBytes, label: "message" | "next"): SecretBytes {
  const output = hmacSha512(chainKey.reveal(), framedLabel(labels[label]));
  const derived = SecretBytes.copyOf(output.subarray(0, lengths.key));
  output.fill(0);
  return derived;
}
