import { type EpochSuite, epochSuiteOf, suites, usesPad } from "../../protocol/suites.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { VernamError } from "../../shared/errors.ts";
import { toHex } from "../../shared/hex.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { GatewayRefused } from "../gateway/gateway-port.ts";
import { padBytesFor } from "../price.ts";
import { backoff, secureRandom } from "./backoff.ts";
import { DrawLost, drawKey } from "./draw-keys.ts";
import { type DrawnKey, itemWrite, noBody, type OutboxItem, paddedLengthOf } from "./outbox-item.ts";
import type { OutboxLines } from "./outbox-lines.ts";
import { advance, type Waiting } from "./outbox-state.ts";
import type { PrefetchedKeys } from "./prefetched-keys.ts";
import type { SendingEpochs } from "./sending-epochs.ts";
import type { Transmitter } from "./transmitter.ts";

const firstRetry = 1000;
const longestRetry = 30_000;
const epochKeyBytes = 32;

export interface KeySupplyOptions {
  readonly parts: EngineParts;
  readonly lines: OutboxLines;
  readonly epochs: SendingEpochs;
  readonly prefetched: PrefetchedKeys;
  readonly transmitter: Transmitter;
  /** Some message of this conversation has its key now, or waits. */
  readonly changed: (conversation: Conversation) => void;
}

/**
 * Gets messages their keys: a draw of its own for each one-time pad, one draw for an epoch of AES or HYBRID, both for
 * OTP_HYBRID. What has no key waits with the reason; what was drawn for nothing is destroyed and voided.
 */
export class KeySupply {
  readonly #parts: EngineParts;
  readonly #options: KeySupplyOptions;
  /** Conversation, epoch suite and audience. */
  readonly #openingEpoch = new Set<string>();
  /** Message and suite. */
  readonly #drawingPad = new Set<string>();
  readonly #lostEpochRequests = new Map<string, Bytes>();
  #stopped = false;

  constructor(options: KeySupplyOptions) {
    this.#options = options;
    this.#parts = options.parts;
  }

  /** Gets a queued message what its suite needs: first the epoch, then the pad. */
  supply(item: OutboxItem): void {
    item.state = advance(item.state, { type: "key-asked" });
    const epochSuite = epochSuiteOf(item.suite);
    const only = item.resends?.recipient;
    if (epochSuite === undefined || this.#options.epochs.isOpen(item.conversation, epochSuite, only))
      this.#continue(item);
    else void this.#openEpoch(item, epochSuite);
  }

  /** The epoch, where one is needed, is open. */
  #continue(item: OutboxItem): void {
    if (usesPad(item.suite) && !this.#hasPad(item)) void this.#drawPad(item);
    else item.state = advance(item.state, { type: "key-ready" });
  }

  /** A pad that is still good, from an earlier turn or drawn beforehand. */
  #hasPad(item: OutboxItem): boolean {
    const { conversation, suite, body } = item;
    const head = conversation.roster?.head;
    const { drawn } = item;
    if (drawn && head && equalBytes(drawn.record.value.rosterHead, head)) return true;
    this.dropKey(item);
    if (item.resends) return false;
    const padded = paddedLengthOf(body);
    item.drawn = this.#options.prefetched.take(conversation, suite, padded, item.level);
    return item.drawn !== undefined;
  }

  /** Draws the pad of one message. */
  async #drawPad(item: OutboxItem): Promise<void> {
    const { conversation, suite } = item;
    const name = `${item.id}/${suite}`;
    if (this.#drawingPad.has(name)) return;
    this.#drawingPad.add(name);
    this.#announce(conversation);
    const bytes = padBytesFor(suite, paddedLengthOf(item.body));
    const shape = { suite, bytes, level: item.level, only: item.resends?.recipient };
    const lost = item.lostRequest;
    item.lostRequest = undefined;
    try {
      const drawn = await drawKey(this.#parts, conversation, shape, lost);
      // Cancelled, stopped, or another suite chosen meanwhile: nobody needs this key.
      if (this.#stopped || item.state.phase !== "drawing" || item.suite !== suite || item.drawn)
        return this.#destroy(drawn);
      item.drawn = drawn;
      item.state = advance(item.state, { type: "key-ready" });
    } catch (error) {
      if (error instanceof DrawLost) item.lostRequest = error.requestId;
      if (item.suite === suite) this.#refused(item, error);
    } finally {
      this.#drawingPad.delete(name);
    }
    this.#options.changed(conversation);
  }

  /** Draws and starts an epoch; every message that waits for it goes on, or waits with the same reason. */
  async #openEpoch(first: OutboxItem, suite: EpochSuite): Promise<void> {
    const { conversation, level } = first;
    const only = first.resends?.recipient;
    const audience = audienceName(first);
    const name = `${conversation.id}/${suite}/${audience}`;
    if (this.#openingEpoch.has(name)) return;
    this.#openingEpoch.add(name);
    const lost = this.#lostEpochRequests.get(name);
    this.#lostEpochRequests.delete(name);
    let failure: unknown;
    let drawn: DrawnKey | undefined;
    try {
      const shape = { suite, bytes: epochKeyBytes, level, only };
      [drawn] = await Promise.all([
        drawKey(this.#parts, conversation, shape, lost),
        suite === suites.hybrid ? this.#refreshSealingKeys(conversation) : undefined,
      ]);
      if (this.#stopped) return this.#destroy(drawn);
      const epoch = await this.#options.epochs.begin(conversation, drawn, suite, only);
      this.#queueEpochStart(first, suite, drawn, epoch);
    } catch (error) {
      if (error instanceof DrawLost) this.#lostEpochRequests.set(name, error.requestId);
      if (drawn) this.#destroy(drawn);
      failure = error;
    } finally {
      this.#openingEpoch.delete(name);
    }
    for (const item of this.#options.lines.open(conversation.id)) {
      if (epochSuiteOf(item.suite) !== suite || item.state.phase !== "drawing") continue;
      if (audienceName(item) !== audience) continue;
      if (failure === undefined) this.#continue(item);
      else this.#refused(item, failure);
    }
    this.#options.changed(conversation);
  }

  /** Sealing keys change with every certificate: the newest ones, as far as the relay answers. */
  async #refreshSealingKeys(conversation: Conversation): Promise<void> {
    const users = [...(conversation.roster?.members.keys() ?? [])];
    await Promise.all(users.map((user) => this.#parts.directory.devicesOf(user).catch(() => undefined)));
  }

  /** The start of the epoch is an entry of its own, stored like a message and sent before the first of them. */
  #queueEpochStart(
    first: OutboxItem,
    suite: EpochSuite,
    drawn: DrawnKey,
    { epochId, start, hash }: { epochId: Bytes; start: Bytes; hash: Bytes },
  ): void {
    const { conversation, ordinal, level, at } = first;
    const item: OutboxItem = {
      id: toHex(epochId),
      kind: "epoch",
      conversation,
      ordinal,
      suite,
      level,
      at,
      body: noBody,
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

/** The device that something is sent again to; everybody otherwise. */
function audienceName({ resends }: OutboxItem): string {
  return resends ? toHex(resends.recipient.device) : "";
}
