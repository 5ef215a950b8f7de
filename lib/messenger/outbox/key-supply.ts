import { envelopeHash } from "../../protocol/envelope.ts";
import { otpKeyLength } from "../../protocol/suite-otp.ts";
import { suites } from "../../protocol/suites.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { VernamError } from "../../shared/errors.ts";
import { toHex } from "../../shared/hex.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { GatewayRefused } from "../gateway/gateway-port.ts";
import { paddedTextLength } from "../price.ts";
import { backoff, secureRandom } from "./backoff.ts";
import { DrawLost, drawKey } from "./draw-keys.ts";
import { type DrawnKey, itemWrite, type OutboxItem } from "./outbox-item.ts";
import type { OutboxLines } from "./outbox-lines.ts";
import { advance, type Waiting } from "./outbox-state.ts";
import type { SendingEpochs } from "./sending-epochs.ts";
import type { Transmitter } from "./transmitter.ts";

const firstRetry = 1000;
const longestRetry = 30_000;

export interface KeySupplyOptions {
  readonly parts: EngineParts;
  readonly lines: OutboxLines;
  readonly epochs: SendingEpochs;
  readonly transmitter: Transmitter;
  /** Some message of this conversation has its key now, or waits. */
  readonly changed: (conversation: Conversation) => void;
}

/**
 * Gets messages their keys: a draw of its own for each one-time pad, one draw for an epoch of AES. What has no key
 * waits with the reason; what was drawn for nothing is destroyed and voided.
 */
export class KeySupply {
  readonly #parts: EngineParts;
  readonly #options: KeySupplyOptions;
  readonly #openingEpoch = new Set<string>();
  readonly #lostEpochRequests = new Map<string, Bytes>();
  #stopped = false;

  constructor(options: KeySupplyOptions) {
    this.#options = options;
    this.#parts = options.parts;
  }

  /** Draws the pad of one message. */
  async drawPad(item: OutboxItem): Promise<void> {
    const { conversation } = item;
    item.state = advance(item.state, { type: "key-asked" });
    this.#announce(conversation);
    const bytes = otpKeyLength(paddedTextLength(item.text));
    const shape = { suite: suites.otp, bytes, level: item.level } as const;
    const lost = item.lostRequest;
    item.lostRequest = undefined;
    try {
      const drawn = await drawKey(this.#parts, conversation, shape, lost);
      // Cancelled, stopped, or another suite chosen meanwhile: nobody needs this key.
      if (this.#stopped || item.state.phase !== "drawing" || item.suite !== suites.otp)
        return this.#destroy(drawn);
      item.drawn = drawn;
      item.state = advance(item.state, { type: "key-ready" });
    } catch (error) {
      if (error instanceof DrawLost) item.lostRequest = error.requestId;
      if (item.suite === suites.otp) this.#refused(item, error);
    }
    this.#options.changed(conversation);
  }

  /** The next key of the open epoch, or a new epoch for all messages that want one. */
  readyAes(item: OutboxItem): void {
    const { conversation } = item;
    item.state = advance(item.state, { type: "key-asked" });
    if (this.#options.epochs.isOpen(conversation)) item.state = advance(item.state, { type: "key-ready" });
    else if (!this.#openingEpoch.has(conversation.id)) void this.#openEpoch(item);
  }

  /** Draws and starts an epoch; every message that waits for it goes on, or waits with the same reason. */
  async #openEpoch(first: OutboxItem): Promise<void> {
    const { conversation, level } = first;
    this.#openingEpoch.add(conversation.id);
    const lost = this.#lostEpochRequests.get(conversation.id);
    this.#lostEpochRequests.delete(conversation.id);
    let failure: unknown;
    let drawn: DrawnKey | undefined;
    try {
      drawn = await drawKey(this.#parts, conversation, { suite: suites.aes, bytes: 32, level }, lost);
      if (this.#stopped) return this.#destroy(drawn);
      const { epochId, start } = await this.#options.epochs.begin(conversation, drawn);
      this.#queueEpochStart(first, drawn, epochId, start);
    } catch (error) {
      if (error instanceof DrawLost) this.#lostEpochRequests.set(conversation.id, error.requestId);
      if (drawn) this.#destroy(drawn);
      failure = error;
    } finally {
      this.#openingEpoch.delete(conversation.id);
    }
    for (const item of this.#options.lines.open(conversation.id)) {
      if (item.suite !== suites.aes || item.state.phase !== "drawing") continue;
      if (failure === undefined) item.state = advance(item.state, { type: "key-ready" });
      else this.#refused(item, failure);
    }
    this.#options.changed(conversation);
  }

  /** The start of the epoch is an entry of its own, stored like a message and sent before the first of them. */
  #queueEpochStart(first: OutboxItem, drawn: DrawnKey, epochId: Bytes, start: Bytes): void {
    const { conversation, ordinal, level, at } = first;
    const hash = envelopeHash(start);
    const item: OutboxItem = {
      id: toHex(epochId),
      kind: "epoch",
      conversation,
      ordinal,
      suite: suites.aes,
      level,
      at,
      text: "",
      state: { phase: "bound", sequence: 0, hash: toHex(hash) },
      bytes: start,
      binding: false,
      drawn: undefined,
      lostRequest: undefined,
    };
    this.#options.lines.add(item);
    const used = { recordHash: drawn.record.hash, by: hash };
    const writes = conversation.facts.apply({ used }, 0, drawn.record.bytes);
    this.#options.transmitter.storeThenSend(item, [...writes, itemWrite(item)]);
  }

  /** No key now: the message waits with the reason, and asks again by itself. */
  #refused(item: OutboxItem, error: unknown): void {
    if (item.state.phase !== "drawing" && item.state.phase !== "drawn") return;
    if (!(error instanceof VernamError)) {
      this.#parts.fail(error);
      return;
    }
    const { attempts } = item.state;
    const offline = error.code === "gateway.offline" && !this.#parts.gateway.connected;
    const asked = error instanceof GatewayRefused ? error.retryAfterMs : undefined;
    const delay =
      error.code === "roster.changed"
        ? 0
        : (asked ?? backoff(attempts, firstRetry, longestRetry, secureRandom));
    const waiting: Waiting = {
      code: error.code,
      reason: error.message,
      retryAt: offline ? null : this.#parts.now() + delay,
    };
    item.state = advance(item.state, { type: "key-refused", waiting });
    this.#announce(item.conversation);
  }

  stop(): void {
    this.#stopped = true;
  }

  /** The message does not need its key any more. */
  dropKey(item: OutboxItem): void {
    if (item.drawn) this.#destroy(item.drawn);
    item.drawn = undefined;
  }

  #destroy(drawn: DrawnKey): void {
    drawn.key.destroy();
    this.#parts.gateway.void(drawn.record.hash);
  }

  #announce(conversation: Conversation): void {
    this.#parts.announce({ type: "messages", conversation: conversation.id });
  }
}
