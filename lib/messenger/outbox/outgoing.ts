import type { Payload } from "../../protocol/payload.ts";
import { epochSuiteOf, type Suite } from "../../protocol/suites.ts";
import { type Bytes, utf8 } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import { timeUuid } from "../../shared/uuid.ts";
import { isRow } from "../content/content-payload.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { type MessageRow, messageRow, ordinalKey, type ProgressRow } from "../engine/rows.ts";
import type { StoreWrite } from "../store/device-store.ts";
import { writtenRow } from "./bind-message.ts";
import { HeldMessages } from "./held-messages.ts";
import { KeySupply } from "./key-supply.ts";
import { bodyOf, itemWrite, newItem, type OutboxItem, type SentAgain, storedBody } from "./outbox-item.ts";
import { OutboxLines } from "./outbox-lines.ts";
import { OutboxPump } from "./outbox-pump.ts";
import { advance, queued } from "./outbox-state.ts";
import { PrefetchedKeys } from "./prefetched-keys.ts";
import { SendingEpochs } from "./sending-epochs.ts";
import { storedOutbox } from "./stored-outbox.ts";
import { Transmitter } from "./transmitter.ts";
import { Withdrawals } from "./withdrawals.ts";

export interface OutgoingHooks {
  /** The relay answered that it has an own entry under this number. */
  carried(conversation: Conversation, seq: number): void;
  /** What is stored with a message's ciphertext besides its own rows. */
  bound(item: OutboxItem, hash: Bytes): readonly StoreWrite[];
  /** What a list shows of a message. */
  preview(row: MessageRow, ordinal: number): Pick<ProgressRow, "lastText" | "lastKind" | "lastOrdinal">;
}

/**
 * Everything this device sends. Each message goes text stored → key drawn (memory) → bound (ciphertext stored, key
 * zeroed) → sent → acknowledged; see outbox-state.ts. Keys are drawn side by side; sequence numbers and parents are
 * given at binding, one message of the device at a time, in the order of writing as far as keys come.
 */
export class Outgoing {
  readonly held: HeldMessages;
  readonly #parts: EngineParts;
  readonly #hooks: OutgoingHooks;
  readonly #epochs: SendingEpochs;
  readonly #prefetched: PrefetchedKeys;
  readonly #lines = new OutboxLines();
  readonly #transmitter: Transmitter;
  readonly #supply: KeySupply;
  readonly #pump: OutboxPump;
  readonly #withdrawals: Withdrawals;

  constructor(parts: EngineParts, hooks: OutgoingHooks) {
    this.#parts = parts;
    this.#hooks = hooks;
    this.#epochs = new SendingEpochs(parts);
    this.#prefetched = new PrefetchedKeys(parts);
    this.#transmitter = new Transmitter(parts, this.#lines, hooks.carried);
    this.#supply = new KeySupply({
      parts,
      lines: this.#lines,
      epochs: this.#epochs,
      prefetched: this.#prefetched,
      transmitter: this.#transmitter,
      changed: (conversation) => this.pump(conversation),
    });
    this.held = new HeldMessages(parts, this.#lines, (conversation) => this.pump(conversation));
    this.#withdrawals = new Withdrawals(parts, this.#lines, this.#supply);
    this.#pump = new OutboxPump({
      parts,
      lines: this.#lines,
      epochs: this.#epochs,
      supply: this.#supply,
      transmitter: this.#transmitter,
      bound: (item, hash) => hooks.bound(item, hash),
    });
  }

  /** Takes up what an earlier start left in the outbox. */
  async load(conversations: ReadonlyMap<string, Conversation>): Promise<void> {
    for await (const item of storedOutbox(this.#parts.store, conversations)) {
      item.held = this.held.has(item.id);
      this.#lines.add(item);
    }
  }

  item(id: string): OutboxItem | undefined {
    return this.#lines.item(id);
  }

  /** What was written and has no ciphertext yet. */
  open(conversation: Conversation): readonly OutboxItem[] {
    return this.#lines.open(conversation.id).filter(({ resends }) => !resends);
  }

  /** Whether a message of this suite goes on in an open epoch. */
  isEpochOpen(conversation: Conversation, suite: Suite): boolean {
    const epochSuite = epochSuiteOf(suite);
    return epochSuite !== undefined && this.#epochs.isOpen(conversation, epochSuite);
  }

  /** A message is being written: short ones under a pad get their key beforehand. */
  expect(conversation: Conversation, suite: Suite, level: number): void {
    this.#prefetched.expect(conversation, suite, level);
  }

  /** Stores a message in the outbox; durable when the promise resolves. The same id again changes nothing. */
  async write(
    conversation: Conversation,
    id: string,
    payload: Payload,
    suite: Suite,
    level: number,
  ): Promise<void> {
    if (this.#lines.item(id)) return;
    const body = bodyOf(payload);
    const at = this.#parts.now();
    const ordinal = conversation.takeOrdinal();
    const item = newItem({ id, conversation, ordinal, suite, level, at, body });
    item.held = this.held.has(id);
    this.#lines.add(item);
    if (isRow(body.kind)) {
      const preview = this.#hooks.preview(writtenRow(this.#parts, item), ordinal);
      conversation.progress = { ...conversation.progress, ...preview, lastAt: at };
    }
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

  /**
   * An own message goes again, to one device alone. The row to store with what asked for it; `pump` after that. The
   * text stays where it is: in the original's row, at `ordinal`.
   */
  writeAgain(conversation: Conversation, { ordinal, row, suite, resends }: SentAgain): StoreWrite {
    const at = this.#parts.now();
    const item = newItem({
      id: toHex(timeUuid(at)),
      conversation,
      ordinal,
      resends,
      suite,
      level: row.level,
      at,
      body: storedBody(row),
    });
    this.#lines.add(item);
    if (row.epochId) this.#epochs.end(conversation.id, row.epochId);
    return itemWrite(item);
  }

  /** Does whatever can be done in a conversation; call it on any news. Calls in one turn are one. */
  pump(conversation: Conversation): void {
    this.#pump.pump(conversation);
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
    // A change that was never made leaves nothing.
    const value = isRow(item.body.kind) ? messageRow.encode(row) : null;
    await this.#parts.store.commit([
      { table: "messages", key, value },
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
    this.#prefetched.forget(conversation.id);
    this.#withdrawals.rosterChanged(conversation);
    this.pump(conversation);
  }

  /** What has no ciphertext yet and is too weak by now for its level stays unsent, and says so. */
  policyChanged(conversation: Conversation): void {
    this.#prefetched.forget(conversation.id);
    this.#withdrawals.policyChanged(conversation);
    this.pump(conversation);
  }

  stop(): void {
    this.#pump.stop();
    this.#transmitter.stop();
    this.#supply.stop();
    this.#prefetched.stop();
    for (const item of this.#lines.all) this.#supply.dropKey(item);
    this.#epochs.destroy();
  }

  #announce(conversation: Conversation): void {
    this.#parts.announce({ type: "messages", conversation: conversation.id });
  }
}
