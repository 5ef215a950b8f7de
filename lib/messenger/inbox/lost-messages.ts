import { type ParsedEnvelope, parseEnvelope } from "../../protocol/envelope.ts";
import { type ResendRequest, resendReasons, signResendRequest } from "../../protocol/resend-request.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import { randomUuid } from "../../shared/uuid.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { messageRow, ordinalKey, type ParkedRow, type UnopenedRow, unopenedRow } from "../engine/rows.ts";
import { MessengerError } from "../messenger-error.ts";
import type { StoreWrite } from "../store/device-store.ts";

/**
 * Why a message cannot be opened although it came as its sender made it: the key is missing or does not fit, and another
 * key helps. Everything else (altered, not certified, copied) another key would not cure.
 */
const reasons: Readonly<Record<string, ResendRequest["reason"]>> = {
  "key.expired": resendReasons.keyExpired,
  "key.missing": resendReasons.keyLost,
  "record.missing": resendReasons.keyLost,
  "copy.void": resendReasons.keyLost,
  "copy.open": resendReasons.keyLost,
  "copy.generation-unknown": resendReasons.keyLost,
  "copy.other-record": resendReasons.keyLost,
  "hpke.open": resendReasons.keyLost,
  "epoch.unknown": resendReasons.keyLost,
  "epoch.start-missing": resendReasons.keyLost,
  "epoch.sealed-open": resendReasons.keyLost,
  "epoch.commit": resendReasons.cannotOpen,
  "chain.used": resendReasons.keyLost,
  "chain.skip-limit": resendReasons.cannotOpen,
  "envelope.tag": resendReasons.cannotOpen,
};

/** A message that was asked for again: what its own envelope says of its place, and the row that shows it. */
export interface Lost extends UnopenedRow {
  readonly hash: Bytes;
}

/**
 * Messages that cannot be opened, and that their senders may send again. Only a person asks; what is sent again is
 * opened here only when this device asked for it.
 */
export class LostMessages {
  readonly #parts: EngineParts;
  /** "<conversation>/<envelope hash>" of what was asked for. */
  readonly #asked = new Set<string>();

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  async load(conversation: Conversation): Promise<void> {
    const rows = await this.#parts.store.range("unopened", { prefix: `${conversation.id}/` });
    for (const { key, value } of rows) if (unopenedRow.decode(value).asks > 0) this.#asked.add(key);
  }

  /** Whether this device asked for that envelope and did not get it yet. */
  isAsked(conversation: Conversation, hash: Bytes): boolean {
    return this.#asked.has(nameOf(conversation, hash));
  }

  /** The message that was asked for, when it is this device's to send again. */
  async asked(conversation: Conversation, hash: Bytes, sender: Bytes): Promise<Lost | undefined> {
    const name = nameOf(conversation, hash);
    const bytes = this.#asked.has(name) ? await this.#parts.store.get("unopened", name) : undefined;
    const row = bytes && unopenedRow.decode(bytes);
    return row && equalBytes(row.device, sender) ? { ...row, hash } : undefined;
  }

  /** What is kept of a message that cannot be opened; undefined where asking for it does not help. */
  keep(
    conversation: Conversation,
    entry: ParkedRow,
    code: string,
  ): { readonly hash: Bytes; readonly at: (ordinal: number) => StoreWrite } | undefined {
    const reason = reasons[code];
    const envelope = reason === undefined ? undefined : readEnvelope(entry);
    if (reason === undefined || !envelope) return undefined;
    const { hash, fields } = envelope;
    const { senderDevice: device, sequence, parents } = fields;
    return {
      hash,
      at: (ordinal) => {
        const value = unopenedRow.encode({ ordinal, device, sequence, parents, reason, asks: 0 });
        return { table: "unopened", key: nameOf(conversation, hash), value };
      },
    };
  }

  /** The message is here now. */
  found(conversation: Conversation, hash: Bytes): StoreWrite {
    const key = nameOf(conversation, hash);
    this.#asked.delete(key);
    return { table: "unopened", key, value: null };
  }

  /**
   * Asks the sender's device for a message again, with a signed request that all members see.
   * @throws MessengerError "resend.not-needed" (it was opened, or another key would not help), "relay.*"
   */
  async ask(conversation: Conversation, hash: Bytes): Promise<void> {
    const { relay, self, store, now } = this.#parts;
    const key = nameOf(conversation, hash);
    const bytes = await store.get("unopened", key);
    if (!bytes) {
      throw new MessengerError("resend.not-needed", "the message is not one that another key would open", {
        nextStep: "Ask the sender in another way.",
      });
    }
    if (!relay.connected) {
      throw new MessengerError("relay.offline", "the relay does not answer now", {
        nextStep: "Ask again when this device is connected.",
      });
    }
    const row = unopenedRow.decode(bytes);
    const asks = row.asks + 1;
    // Known before the answer can come; a request that got lost may be made again.
    await store.commit([
      { table: "unopened", key, value: unopenedRow.encode({ ...row, asks }) },
      ...(await this.#restate(conversation, row.ordinal, asks)),
    ]);
    this.#asked.add(key);
    this.#parts.announce({ type: "messages", conversation: conversation.id });
    const request = await signResendRequest(
      {
        conversation: conversation.idBytes,
        device: self.deviceBytes,
        envelope: hash,
        reason: row.reason as ResendRequest["reason"],
        at: now(),
      },
      self.signer,
    );
    const clientId = toHex(randomUuid());
    await relay.ask("entry:send", {
      conversation: conversation.id,
      clientId,
      kind: "resend",
      bytes: request,
    });
  }

  async #restate(conversation: Conversation, ordinal: number, asks: number): Promise<StoreWrite[]> {
    const key = ordinalKey(conversation.id, ordinal);
    const bytes = await this.#parts.store.get("messages", key);
    if (!bytes) return [];
    const row = messageRow.decode(bytes);
    return [{ table: "messages", key, value: messageRow.encode({ ...row, asks }) }];
  }
}

function readEnvelope({ kind, bytes }: ParkedRow): ParsedEnvelope | undefined {
  if (kind !== "envelope") return undefined;
  try {
    const envelope = parseEnvelope(bytes);
    return envelope.fields.resends.length > 0 ? undefined : envelope;
  } catch {
    return undefined;
  }
}

function nameOf(conversation: Conversation, hash: Bytes): string {
  return `${conversation.id}/${toHex(hash)}`;
}
