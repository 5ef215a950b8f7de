import { type Suite, suites } from "../../protocol/suites.ts";
import { type Bytes, equalBytes, utf8 } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { messageRow, ordinalKey, outboxRow } from "../engine/rows.ts";
import { bindMessage, writtenRow } from "./bind-message.ts";
import { KeySupply } from "./key-supply.ts";
import { itemWrite, type OutboxItem, readItem } from "./outbox-item.ts";
import { OutboxLines } from "./outbox-lines.ts";
import { advance, queued } from "./outbox-state.ts";
import { SendingEpochs } from "./sending-epochs.ts";
import { Transmitter } from "./transmitter.ts";

/** Draws under way at once per conversation: hides the way to the gateway, bounds keys lost in a crash. */
const drawsAtOnce = 8;
const previewCharacters = 120;

/**
 * Everything this device sends. Each message goes text stored → key drawn (memory) → bound (ciphertext stored, key
 * zeroed) → sent → acknowledged; see outbox-state.ts. Keys are drawn side by side; sequence numbers and parents are
 * given at binding, one message of the device at a time, in the order of writing as far as keys come.
 */
export class Outgoing {
  readonly #parts: EngineParts;
  readonly #epochs: SendingEpochs;
  readonly #lines = new OutboxLines();
  readonly #transmitter: Transmitter;
  readonly #supply: KeySupply;
  readonly #pumping = new Set<string>();
  readonly #binding = new Set<string>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #stopped = false;

  /** `carried`: the relay answered that it has an own entry under this number. */
  constructor(parts: EngineParts, carried: (conversation: Conversation, seq: number) => void) {
    this.#parts = parts;
    this.#epochs = new SendingEpochs(parts);
    this.#transmitter = new Transmitter(parts, this.#lines, carried);
    this.#supply = new KeySupply({
      parts,
      lines: this.#lines,
      epochs: this.#epochs,
      transmitter: this.#transmitter,
      changed: (conversation) => this.pump(conversation),
    });
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
      this.#lines.add(readItem(row, conversation, text));
    }
  }

  item(id: string): OutboxItem | undefined {
    return this.#lines.item(id);
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
    if (this.#lines.item(id)) return;
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
    this.#lines.add(item);
    const { progress } = conversation;
    conversation.progress = { ...progress, lastText: text.slice(0, previewCharacters), lastAt: at };
    const key = ordinalKey(conversation.id, ordinal);
    const stored = this.#parts.store.commit([
      { table: "messages", key, value: messageRow.encode(writtenRow(this.#parts, item)) },
      { table: "identifiers", key: id, value: utf8(key) },
      itemWrite(item),
      conversation.progressWrite(),
    ]);
    stored.catch(this.#parts.fail);
    this.#announce(conversation);
    // Commits keep their order: a ciphertext made in the same turn is stored with its text or after it, never before.
    this.pump(conversation);
    await stored;
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
    const line = this.#lines.open(conversation.id);
    if (line.length === 0 || !conversation.roster || !conversation.hasListener(this.#parts.self.user)) return;
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
      if (item.suite === suites.aes) this.#supply.readyAes(item);
      else {
        drawing++;
        void this.#supply.drawPad(item);
      }
    }
    if (Number.isFinite(retryAt)) this.#pumpLater(conversation, retryAt - now);
    void this.#bindReady(conversation);
  }

  /** The gateway is back: messages that waited for it ask now. */
  gatewayConnected(): void {
    for (const line of this.#lines.openLines) {
      for (const item of line)
        if (item.state.phase === "queued" && item.state.waiting?.code === "gateway.offline")
          item.state = advance(item.state, { type: "retry" });
      const first = line[0];
      if (first) this.pump(first.conversation);
    }
  }

  relayConnected(): void {
    this.#transmitter.sendAll();
  }

  /** @throws MessengerError "outbox.too-late", "outbox.unknown" */
  async cancel(id: string): Promise<void> {
    const item = this.#lines.changeable(id);
    item.state = advance(item.state, { type: "cancel" });
    this.#supply.dropKey(item);
    this.#lines.remove(item);
    const row = { ...writtenRow(this.#parts, item), cancelled: true };
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
    const item = this.#lines.changeable(id);
    item.state = advance(item.state, { type: "retry" });
    if (suite !== undefined && suite !== item.suite) {
      this.#supply.dropKey(item);
      item.suite = suite;
      item.state = queued;
      const key = ordinalKey(item.conversation.id, item.ordinal);
      await this.#parts.store.commit([
        { table: "messages", key, value: messageRow.encode(writtenRow(this.#parts, item)) },
        itemWrite(item),
      ]);
    }
    this.#announce(item.conversation);
    this.pump(item.conversation);
  }

  /** The relay's log holds this own entry. Returns whether it is one of this device's. */
  acknowledged(conversation: Conversation, hash: Bytes, seq: number): boolean {
    const hex = toHex(hash);
    const item = this.#lines.boundWith(conversation.id, hex);
    if (item) this.#transmitter.acknowledged(item, seq);
    return item !== undefined || conversation.ownSequences.get(hex) !== undefined;
  }

  rosterChanged(conversation: Conversation): void {
    this.#epochs.forget(conversation.id);
    this.pump(conversation);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#transmitter.stop();
    this.#supply.stop();
    for (const item of this.#lines.all) item.drawn?.key.destroy();
    this.#epochs.destroy();
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
    for (const item of this.#lines.open(conversation.id)) {
      const { state } = item;
      if (state.phase === "drawn") return item;
      if (state.phase === "drawing" || (state.phase === "queued" && !state.waiting)) return undefined;
    }
    return undefined;
  }

  /** Under the device's lock. A key whose membership is not the present one any more binds nothing. */
  async #bind(item: OutboxItem): Promise<void> {
    const { conversation, drawn } = item;
    const { roster } = conversation;
    if (item.state.phase !== "drawn" || !roster || this.#stopped) return;
    const usable =
      item.suite === suites.otp
        ? drawn !== undefined && equalBytes(drawn.record.value.rosterHead, roster.head)
        : this.#epochs.isOpen(conversation);
    if (!usable) {
      this.#supply.dropKey(item);
      item.state = queued;
      this.pump(conversation);
      return;
    }
    item.binding = true;
    item.drawn = undefined;
    const key = drawn ? { drawn } : { epoch: this.#epochs.take(conversation) };
    const { hash, writes } = await bindMessage(this.#parts, item, roster, key);
    this.#lines.becameBound(item, hash);
    this.#transmitter.storeThenSend(item, writes);
  }

  #pumpLater(conversation: Conversation, delay: number): void {
    clearTimeout(this.#timers.get(conversation.id));
    const timer = setTimeout(() => this.pump(conversation), Math.max(delay, 1));
    this.#timers.set(conversation.id, timer);
  }

  #announce(conversation: Conversation): void {
    this.#parts.announce({ type: "messages", conversation: conversation.id });
  }
}
