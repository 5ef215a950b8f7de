import { envelopeHash, signEnvelope } from "../../protocol/envelope.ts";
import { encodeHeader } from "../../protocol/header.ts";
import { pad } from "../../protocol/padding.ts";
import { encodePayload, payloadKinds } from "../../protocol/payload.ts";
import { encryptAes } from "../../protocol/suite-aes.ts";
import { encryptOtp, otpKeyLength } from "../../protocol/suite-otp.ts";
import { type Suite, suites } from "../../protocol/suites.ts";
import { type Bytes, equalBytes, utf8 } from "../../shared/bytes.ts";
import { VernamError } from "../../shared/errors.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { type MessageRow, messageRow, ordinalKey, outboxRow } from "../engine/rows.ts";
import { GatewayRefused } from "../gateway/gateway-port.ts";
import { MessengerError } from "../messenger-error.ts";
import { paddedTextLength } from "../price.ts";
import { RelayRefused } from "../relay/relay-refused.ts";
import type { StoreWrite } from "../store/device-store.ts";
import { backoff, secureRandom } from "./backoff.ts";
import { DrawLost, drawKey } from "./draw-keys.ts";
import { type DrawnKey, itemWrite, type OutboxItem, readItem } from "./outbox-item.ts";
import { advance, queued, tooLate, type Waiting } from "./outbox-state.ts";
import { SendingEpochs } from "./sending-epochs.ts";

/** Draws under way at once per conversation: hides the way to the gateway, bounds keys lost in a crash. */
const drawsAtOnce = 8;
const firstRetry = 1000;
const longestRetry = 30_000;
const previewCharacters = 120;

/**
 * Everything this device sends. Each message goes text stored → key drawn (memory) → bound (ciphertext stored, key
 * zeroed) → sent → acknowledged; see outbox-state.ts. Keys are drawn side by side; sequence numbers and parents are
 * given at binding, one message of the device at a time, in the order of writing as far as keys come.
 */
export class Outgoing {
  readonly #parts: EngineParts;
  readonly #epochs: SendingEpochs;
  readonly #items = new Map<string, OutboxItem>();
  /** Per conversation, in the order of writing: what has no ciphertext yet, or failed. */
  readonly #lines = new Map<string, OutboxItem[]>();
  /** Per conversation, in the order of binding: ciphertexts the relay has not acknowledged, by hash. */
  readonly #bound = new Map<string, Map<string, OutboxItem>>();
  readonly #pumping = new Set<string>();
  readonly #binding = new Set<string>();
  readonly #openingEpoch = new Set<string>();
  readonly #lostEpochRequests = new Map<string, Bytes>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #stopped = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#epochs = new SendingEpochs(parts);
  }

  /** Takes up what an earlier start left in the outbox. */
  async load(conversations: ReadonlyMap<string, Conversation>): Promise<void> {
    const rows = (await this.#parts.store.range("outbox", { prefix: "" })).map(({ value }) =>
      outboxRow.decode(value),
    );
    // Epoch starts have no ordinal of their own: they carry the one of the message they open for, and come first.
    rows.sort((a, b) => a.ordinal - b.ordinal || Number(b.kind === "epoch") - Number(a.kind === "epoch"));
    for (const row of rows) {
      const conversation = conversations.get(toHex(row.conversation));
      if (!conversation) continue;
      const message = await this.#parts.store.get("messages", ordinalKey(conversation.id, row.ordinal));
      const text = row.kind === "envelope" && message ? (messageRow.decode(message).text ?? "") : "";
      this.#add(readItem(row, conversation, text));
    }
  }

  item(id: string): OutboxItem | undefined {
    return this.#items.get(id);
  }

  isEpochOpen(conversation: Conversation): boolean {
    return this.#epochs.isOpen(conversation);
  }

  /** Stores a text in the outbox; durable when the promise resolves. The same id again changes nothing. */
  async write(
    conversation: Conversation,
    id: string,
    text: string,
    suite: Suite,
    level: number,
  ): Promise<void> {
    if (this.#items.has(id)) return;
    const at = this.#parts.now();
    const ordinal = conversation.takeOrdinal();
    const item: OutboxItem = {
      id,
      kind: "envelope",
      conversation,
      ordinal,
      suite,
      level,
      at,
      text,
      state: queued,
      bytes: undefined,
      binding: false,
      drawn: undefined,
      lostRequest: undefined,
    };
    this.#add(item);
    const { progress } = conversation;
    conversation.progress = { ...progress, lastText: text.slice(0, previewCharacters), lastAt: at };
    const key = ordinalKey(conversation.id, ordinal);
    const stored = this.#parts.store.commit([
      { table: "messages", key, value: messageRow.encode(this.#row(item)) },
      { table: "identifiers", key: id, value: utf8(key) },
      itemWrite(item),
      conversation.progressWrite(),
    ]);
    stored.catch(this.#parts.fail);
    await stored;
    this.#announce(conversation);
    this.pump(conversation);
  }

  /** Does whatever can be done in a conversation; call it on any news. Calls in one turn are one. */
  pump(conversation: Conversation): void {
    if (this.#pumping.has(conversation.id)) return;
    this.#pumping.add(conversation.id);
    queueMicrotask(() => {
      this.#pumping.delete(conversation.id);
      this.#pumpNow(conversation);
    });
  }

  #pumpNow(conversation: Conversation): void {
    if (this.#stopped) return;
    const line = this.#lines.get(conversation.id);
    if (!line || !conversation.roster || !conversation.hasListener(this.#parts.self.user)) return;
    const now = this.#parts.now();
    let drawing = 0;
    let retryAt = Number.POSITIVE_INFINITY;
    for (const item of line) {
      const { state } = item;
      if (state.phase === "drawing") drawing++;
      if (drawing >= drawsAtOnce && item.suite === suites.otp) break;
      if (state.phase !== "queued") continue;
      if (state.waiting && (state.waiting.retryAt === null || state.waiting.retryAt > now)) {
        retryAt = Math.min(retryAt, state.waiting.retryAt ?? retryAt);
        continue;
      }
      if (item.suite === suites.aes) this.#readyAes(item);
      else {
        drawing++;
        void this.#drawPad(item);
      }
    }
    if (Number.isFinite(retryAt)) this.#pumpLater(conversation, retryAt - now);
    void this.#bindReady(conversation);
  }

  /** The gateway is back: messages that waited for it ask now. */
  gatewayConnected(): void {
    for (const [, line] of this.#lines) {
      for (const { state } of line)
        if (state.phase === "queued" && state.waiting?.code === "gateway.offline") this.#clearWaiting(line);
      const first = line[0];
      if (first) this.pump(first.conversation);
    }
  }

  /** The relay is back: bound messages go out again, the same bytes in the same order. */
  relayConnected(): void {
    for (const bound of this.#bound.values())
      for (const item of [...bound.values()]) if (item.state.phase === "bound") void this.#transmit(item);
  }

  /** @throws MessengerError "outbox.too-late", "outbox.unknown" */
  async cancel(id: string): Promise<void> {
    const item = this.#require(id);
    item.state = advance(item.state, { type: "cancel" });
    this.#dropKey(item);
    this.#remove(item);
    const row = { ...this.#row(item), cancelled: true };
    const key = ordinalKey(item.conversation.id, item.ordinal);
    await this.#parts.store.commit([
      { table: "messages", key, value: messageRow.encode(row) },
      { table: "outbox", key: id, value: null },
    ]);
    this.#announce(item.conversation);
    this.pump(item.conversation);
  }

  /** @throws MessengerError "outbox.too-late", "outbox.unknown" */
  async retry(id: string, suite: Suite | undefined): Promise<void> {
    const item = this.#require(id);
    item.state = advance(item.state, { type: "retry" });
    if (suite !== undefined && suite !== item.suite) {
      this.#dropKey(item);
      item.suite = suite;
      item.state = queued;
      const key = ordinalKey(item.conversation.id, item.ordinal);
      await this.#parts.store.commit([
        { table: "messages", key, value: messageRow.encode(this.#row(item)) },
        itemWrite(item),
      ]);
    }
    this.#announce(item.conversation);
    this.pump(item.conversation);
  }

  /** The relay's log holds this own entry. Returns whether it is one of this device's. */
  acknowledged(conversation: Conversation, hash: Bytes, seq: number): boolean {
    const hex = toHex(hash);
    const item = this.#bound.get(conversation.id)?.get(hex);
    if (item) this.#acked(item, seq);
    return item !== undefined || conversation.ownSequences.get(hex) !== undefined;
  }

  rosterChanged(conversation: Conversation): void {
    this.#epochs.forget(conversation.id);
    this.pump(conversation);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const item of this.#items.values()) item.drawn?.key.destroy();
    this.#epochs.destroy();
  }

  async #drawPad(item: OutboxItem): Promise<void> {
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
    this.pump(conversation);
  }

  #readyAes(item: OutboxItem): void {
    const { conversation } = item;
    item.state = advance(item.state, { type: "key-asked" });
    if (this.#epochs.isOpen(conversation)) item.state = advance(item.state, { type: "key-ready" });
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
      const { epochId, start } = await this.#epochs.begin(conversation, drawn);
      this.#queueEpochStart(first, drawn, epochId, start);
    } catch (error) {
      if (error instanceof DrawLost) this.#lostEpochRequests.set(conversation.id, error.requestId);
      if (drawn) this.#destroy(drawn);
      failure = error;
    } finally {
      this.#openingEpoch.delete(conversation.id);
    }
    for (const item of this.#lines.get(conversation.id) ?? []) {
      if (item.suite !== suites.aes || item.state.phase !== "drawing") continue;
      if (failure === undefined) item.state = advance(item.state, { type: "key-ready" });
      else this.#refused(item, failure);
    }
    this.pump(conversation);
  }

  /** The start of the epoch is an entry of its own, stored like a message and sent before the first of them. */
  #queueEpochStart(first: OutboxItem, drawn: DrawnKey, epochId: Bytes, start: Bytes): void {
    const { conversation, ordinal, level, at } = first;
    const item: OutboxItem = {
      id: toHex(epochId),
      kind: "epoch",
      conversation,
      ordinal,
      suite: suites.aes,
      level,
      at,
      text: "",
      state: { phase: "bound", sequence: 0, hash: toHex(envelopeHash(start)) },
      bytes: start,
      binding: false,
      drawn: undefined,
      lostRequest: undefined,
    };
    this.#items.set(item.id, item);
    this.#enterBound(item, toHex(envelopeHash(start)));
    const used = {
      recordHash: drawn.record.hash,
      by: fromHex(item.state.phase === "bound" ? item.state.hash : ""),
    };
    const writes = conversation.facts.apply({ used }, 0, drawn.record.bytes);
    this.#storeThenSend(item, [...writes, itemWrite(item)]);
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

  /** Binds what has its key, oldest first; a message whose key is being drawn holds back the ones after it. */
  async #bindReady(conversation: Conversation): Promise<void> {
    if (this.#binding.has(conversation.id)) return;
    this.#binding.add(conversation.id);
    try {
      for (;;) {
        const item = this.#nextReady(conversation);
        if (!item || this.#stopped) break;
        await this.#parts.bindLock.run(() => this.#bind(item));
      }
    } catch (error) {
      this.#parts.fail(error);
    } finally {
      this.#binding.delete(conversation.id);
    }
  }

  #nextReady(conversation: Conversation): OutboxItem | undefined {
    for (const item of this.#lines.get(conversation.id) ?? []) {
      const { state } = item;
      if (state.phase === "drawn") return item;
      if (state.phase === "drawing" || (state.phase === "queued" && !state.waiting)) return undefined;
    }
    return undefined;
  }

  /** Under the device's lock: sequence, parents, ciphertext, signature, and the commit of it all. */
  async #bind(item: OutboxItem): Promise<void> {
    const { conversation } = item;
    const { self, now } = this.#parts;
    const roster = conversation.roster;
    if (item.state.phase !== "drawn" || !roster || this.#stopped) return;
    const { drawn } = item;
    const stale = drawn
      ? !equalBytes(drawn.record.value.rosterHead, roster.head)
      : !this.#epochs.isOpen(conversation);
    if (stale || (item.suite === suites.otp && !drawn)) {
      this.#dropKey(item);
      item.state = queued;
      queueMicrotask(() => this.pump(conversation));
      return;
    }
    item.binding = true;
    const padded = pad(encodePayload({ kind: payloadKinds.text, body: item.text }));
    const epoch = drawn ? undefined : this.#epochs.take(conversation);
    const parents = conversation.parents();
    const sequence = conversation.progress.ownSequence + 1;
    const recordHash = drawn?.record.hash ?? (epoch?.recordHash as Bytes);
    const header = encodeHeader({
      suite: item.suite,
      conversation: conversation.idBytes,
      messageId: fromHex(item.id),
      senderDevice: self.deviceBytes,
      sequence,
      parents,
      rosterHead: roster.head,
      level: item.level,
      drawRecordHash: recordHash,
      epochId: epoch?.epochId ?? new Uint8Array(0),
      index: epoch?.index ?? 0,
      sentAt: now(),
      paddedLength: padded.length,
      resends: new Uint8Array(0),
    });
    item.drawn = undefined;
    const sealed = epoch
      ? await encryptAes(epoch.messageKey, header, padded)
      : encryptOtp((drawn as DrawnKey).key, header, padded);
    const paddedBytes = padded.length;
    padded.fill(0);
    const bytes = await signEnvelope(header, sealed.ciphertext, sealed.tag, self.signer);
    const hash = envelopeHash(bytes);
    item.bytes = bytes;
    item.state = advance(item.state, { type: "bound", sequence, hash: toHex(hash) });
    this.#leaveLine(item);
    this.#enterBound(item, toHex(hash));
    conversation.progress = {
      ...conversation.progress,
      ownSequence: sequence,
      ownPrevious: hash,
      frontier: conversation.frontierAfter(hash, parents),
    };
    conversation.ownSequences.set(toHex(hash), sequence);
    const row: MessageRow = {
      ...this.#row(item),
      sequence,
      hash,
      recordHash,
      ...(epoch ? { epochId: epoch.epochId, index: epoch.index } : { erasedAt: now() }),
      envelopeBytes: bytes.length,
      paddedBytes,
    };
    const envelope = { hash, parents, device: self.deviceBytes, sequence };
    const used = drawn ? { used: { recordHash, by: hash } } : {};
    this.#storeThenSend(item, [
      { table: "messages", key: ordinalKey(conversation.id, item.ordinal), value: messageRow.encode(row) },
      ...conversation.facts.apply({ envelope, ...used }, item.ordinal, drawn?.record.bytes),
      itemWrite(item),
      conversation.progressWrite(),
    ]);
  }

  /** Commits leave the lock before the disk has them, in their order; nothing is sent before. */
  #storeThenSend(item: OutboxItem, writes: readonly StoreWrite[]): void {
    this.#parts.store.commit(writes).then(() => this.#transmit(item), this.#parts.fail);
    this.#announce(item.conversation);
  }

  async #transmit(item: OutboxItem): Promise<void> {
    const { relay } = this.#parts;
    if (this.#stopped || !relay.connected || item.state.phase !== "bound" || !item.bytes) return;
    item.state = advance(item.state, { type: "sent" });
    try {
      const { id, kind, bytes, conversation } = item;
      const { seq } = await relay.ask("entry:send", {
        conversation: conversation.id,
        clientId: id,
        kind,
        bytes,
      });
      this.#acked(item, seq);
    } catch (error) {
      item.state = advance(item.state, { type: "connection-lost" });
      if (this.#stopped || item.state.phase !== "bound") return;
      if (error instanceof RelayRefused && !error.passing) await this.#refusedByRelay(item, error);
      else {
        const asked = error instanceof RelayRefused ? error.retryAfterMs : undefined;
        const timer = setTimeout(() => void this.#transmit(item), asked ?? firstRetry);
        this.#timers.set(`send ${item.id}`, timer);
      }
    }
  }

  async #refusedByRelay(item: OutboxItem, error: RelayRefused): Promise<void> {
    if (item.state.phase === "bound") this.#bound.get(item.conversation.id)?.delete(item.state.hash);
    item.state = advance(item.state, {
      type: "refused",
      code: error.code,
      reason: error.message,
      nextStep: "Write the message again.",
    });
    await this.#parts.store.commit([itemWrite(item)]).catch(this.#parts.fail);
    this.#announce(item.conversation);
  }

  #acked(item: OutboxItem, seq: number): void {
    if (item.state.phase === "acked") return;
    item.state = advance(item.state, { type: "acked", seq });
    this.#remove(item);
    // Losing this row's removal in a crash only sends the same bytes again.
    this.#parts.store.commit([{ table: "outbox", key: item.id, value: null }]).catch(this.#parts.fail);
    this.#announce(item.conversation);
  }

  #dropKey(item: OutboxItem): void {
    if (item.drawn) this.#destroy(item.drawn);
    item.drawn = undefined;
  }

  #destroy(drawn: DrawnKey): void {
    drawn.key.destroy();
    this.#parts.gateway.void(drawn.record.hash);
  }

  #clearWaiting(line: readonly OutboxItem[]): void {
    for (const item of line)
      if (item.state.phase === "queued" && item.state.waiting?.code === "gateway.offline")
        item.state = advance(item.state, { type: "retry" });
  }

  #pumpLater(conversation: Conversation, delay: number): void {
    clearTimeout(this.#timers.get(conversation.id));
    const timer = setTimeout(() => this.pump(conversation), Math.max(delay, 1));
    this.#timers.set(conversation.id, timer);
  }

  #row(item: OutboxItem): MessageRow {
    const { self } = this.#parts;
    return {
      id: fromHex(item.id),
      senderUser: self.userBytes,
      senderDevice: self.deviceBytes,
      mine: true,
      suite: item.suite,
      level: item.level,
      at: item.at,
      sequence: 0,
      text: item.text,
      gapBefore: false,
      envelopeBytes: 0,
      paddedBytes: paddedTextLength(item.text),
    };
  }

  #add(item: OutboxItem): void {
    this.#items.set(item.id, item);
    if (item.state.phase === "bound") {
      this.#enterBound(item, item.state.hash);
      return;
    }
    const line = this.#lines.get(item.conversation.id);
    if (line) line.push(item);
    else this.#lines.set(item.conversation.id, [item]);
  }

  #remove(item: OutboxItem): void {
    this.#items.delete(item.id);
    this.#leaveLine(item);
    if (item.state.phase === "acked") this.#bound.get(item.conversation.id)?.delete(item.state.hash);
  }

  #leaveLine(item: OutboxItem): void {
    const line = this.#lines.get(item.conversation.id);
    const index = line?.indexOf(item) ?? -1;
    if (line && index >= 0) line.splice(index, 1);
  }

  #enterBound(item: OutboxItem, hash: string): void {
    const bound = this.#bound.get(item.conversation.id);
    if (bound) bound.set(hash, item);
    else this.#bound.set(item.conversation.id, new Map([[hash, item]]));
  }

  #require(id: string): OutboxItem {
    const item = this.#items.get(id);
    if (!item) throw new MessengerError("outbox.unknown", "the message is not in the outbox any more");
    if (item.binding && item.state.phase === "drawn") throw tooLate();
    return item;
  }

  #announce(conversation: Conversation): void {
    this.#parts.announce({ type: "messages", conversation: conversation.id });
  }
}
