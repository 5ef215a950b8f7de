import { levelRule } from "../../protocol/level-policy.ts";
import type { Payload } from "../../protocol/payload.ts";
import { epochSuiteOf, isAtLeast, type Suite, usesPad } from "../../protocol/suites.ts";
import { type Bytes, equalBytes, utf8 } from "../../shared/bytes.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { timeUuid } from "../../shared/uuid.ts";
import { isRow } from "../content/content-payload.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { type MessageRow, messageRow, ordinalKey, outboxRow, type ProgressRow } from "../engine/rows.ts";
import type { StoreWrite } from "../store/device-store.ts";
import { bindMessage, writtenRow } from "./bind-message.ts";
import { KeySupply } from "./key-supply.ts";
import {
  bodyOf,
  itemWrite,
  noBody,
  type OutboxItem,
  type Resends,
  readItem,
  storedBody,
} from "./outbox-item.ts";
import { OutboxLines } from "./outbox-lines.ts";
import { advance, isOpen, queued } from "./outbox-state.ts";
import { PrefetchedKeys } from "./prefetched-keys.ts";
import { SendingEpochs } from "./sending-epochs.ts";
import { Transmitter } from "./transmitter.ts";

/** Draws under way at once per conversation: hides the way to the gateway, bounds keys lost in a crash. */
const drawsAtOnce = 8;

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
  readonly #parts: EngineParts;
  readonly #hooks: OutgoingHooks;
  readonly #epochs: SendingEpochs;
  readonly #prefetched: PrefetchedKeys;
  readonly #lines = new OutboxLines();
  readonly #transmitter: Transmitter;
  readonly #supply: KeySupply;
  readonly #pumping = new Set<string>();
  readonly #binding = new Set<string>();
  /** Messages that wait for their file, perhaps before they are written. */
  readonly #held = new Set<string>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #stopped = false;

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
      const body = row.kind === "envelope" && message ? storedBody(messageRow.decode(message)) : noBody;
      const item = readItem(row, conversation, body);
      // The message that was to be sent again is gone: deleted, or its time was over.
      if (item.resends && !message && item.state.phase !== "bound") continue;
      item.held = this.#held.has(item.id);
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
    const item: OutboxItem = {
      id,
      kind: "envelope",
      conversation,
      ordinal,
      suite,
      level,
      at,
      body,
      state: queued,
      held: this.#held.has(id),
      bytes: undefined,
      binding: false,
      drawn: undefined,
      lostRequest: undefined,
    };
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
  writeAgain(
    conversation: Conversation,
    again: {
      readonly ordinal: number;
      readonly row: MessageRow;
      readonly suite: Suite;
      readonly resends: Resends;
    },
  ): StoreWrite {
    const at = this.#parts.now();
    const { ordinal, row, suite, resends } = again;
    const item: OutboxItem = {
      id: toHex(timeUuid(at)),
      kind: "envelope",
      conversation,
      ordinal,
      resends,
      suite,
      level: row.level,
      at,
      body: storedBody(row),
      state: queued,
      bytes: undefined,
      binding: false,
      drawn: undefined,
      lostRequest: undefined,
    };
    this.#lines.add(item);
    if (row.epochId) this.#epochs.end(conversation.id, row.epochId);
    return itemWrite(item);
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
    const { self } = this.#parts;
    if (line.length === 0 || !conversation.device(self.device) || !conversation.hasListener(self.user))
      return;
    const now = this.#parts.now();
    let drawing = 0;
    let retryAt = Number.POSITIVE_INFINITY;
    for (const item of line) {
      const { state } = item;
      if (state.phase === "drawing") drawing++;
      if (drawing >= drawsAtOnce && usesPad(item.suite)) break;
      if (state.phase !== "queued" || item.held) continue;
      if (state.waiting && (state.waiting.retryAt === null || state.waiting.retryAt > now)) {
        retryAt = Math.min(retryAt, state.waiting.retryAt ?? retryAt);
        continue;
      }
      if (usesPad(item.suite)) drawing++;
      this.#supply.supply(item);
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

  /** The message takes no key until `release`; the ones after it go on. Also before it is written or loaded. */
  hold(id: string): void {
    this.#held.add(id);
    const item = this.#lines.item(id);
    if (item) item.held = true;
  }

  release(id: string): void {
    this.#held.delete(id);
    const item = this.#lines.item(id);
    if (!item) return;
    item.held = false;
    this.pump(item.conversation);
  }

  /** A held message cannot go: its file was refused. It may be tried again, or cancelled. */
  async refuse(id: string, problem: { code: string; reason: string; nextStep: string }): Promise<void> {
    const item = this.#lines.item(id);
    if (!item?.held) return;
    item.state = advance(item.state, { type: "refused", ...problem });
    await this.#parts.store.commit([itemWrite(item)]);
    this.#announce(item.conversation);
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
    this.#dropResends(conversation);
    const { roster } = conversation;
    if (roster && !roster.members.has(this.#parts.self.user)) {
      this.#refuseOpen(conversation, () => true, {
        code: "conversation.left",
        reason: "this person is not a member of the conversation any more",
        nextStep: "Ask a moderator to be added again.",
      });
    }
    this.pump(conversation);
  }

  /** Nothing goes again to a device that is no member's any more, or revoked. */
  #dropResends(conversation: Conversation): void {
    const revocations = this.#parts.revocations();
    for (const item of [...this.#lines.open(conversation.id)]) {
      const to = item.resends?.recipient;
      if (!to || item.binding || !isOpen(item.state)) continue;
      const member = conversation.device(toHex(to.device)) && conversation.device(this.#parts.self.device);
      if (member && revocations.revokedAt(to.site, to.device) === undefined) continue;
      item.state = advance(item.state, { type: "cancel" });
      this.#supply.dropKey(item);
      this.#lines.remove(item);
      this.#parts.store.commit([{ table: "outbox", key: item.id, value: null }]).catch(this.#parts.fail);
    }
  }

  /** What has no ciphertext yet and is too weak by now for its level stays unsent, and says so. */
  policyChanged(conversation: Conversation): void {
    const policy = this.#parts.levelPolicy();
    this.#prefetched.forget(conversation.id);
    const tooWeak = ({ suite, level }: OutboxItem) => !isAtLeast(suite, levelRule(policy, level).minimum);
    this.#refuseOpen(conversation, tooWeak, {
      code: "level.suite-too-weak",
      reason: "the suite is not strong enough any more for this classification",
      nextStep: "Choose a stronger suite.",
    });
    this.pump(conversation);
  }

  #refuseOpen(
    conversation: Conversation,
    which: (item: OutboxItem) => boolean,
    because: { readonly code: string; readonly reason: string; readonly nextStep: string },
  ): void {
    const writes: StoreWrite[] = [];
    for (const item of this.#lines.open(conversation.id)) {
      if (item.binding || !isOpen(item.state) || !which(item)) continue;
      this.#supply.dropKey(item);
      item.state = advance(item.state, { type: "refused", ...because });
      writes.push(itemWrite(item));
    }
    if (writes.length === 0) return;
    this.#parts.store.commit(writes).catch(this.#parts.fail);
    this.#announce(conversation);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#transmitter.stop();
    this.#supply.stop();
    this.#prefetched.stop();
    for (const item of this.#lines.all) this.#supply.dropKey(item);
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
      if (item.held) continue;
      if (state.phase === "drawn") return item;
      if (state.phase === "drawing" || (state.phase === "queued" && !state.waiting)) return undefined;
    }
    return undefined;
  }

  /**
   * Under the device's lock. A key whose membership is not the present one any more binds nothing; a pad whose epoch
   * ended waits for the next one.
   */
  async #bind(item: OutboxItem): Promise<void> {
    const { conversation, drawn } = item;
    const { roster } = conversation;
    if (item.state.phase !== "drawn" || !roster || this.#stopped) return;
    const epochSuite = epochSuiteOf(item.suite);
    const only = item.resends?.recipient;
    const epochReady = epochSuite === undefined || this.#epochs.isOpen(conversation, epochSuite, only);
    const padReady =
      !usesPad(item.suite) || (drawn && equalBytes(drawn.record.value.rosterHead, roster.head)) === true;
    if (!epochReady || !padReady) {
      if (!padReady) this.#supply.dropKey(item);
      item.state = queued;
      this.pump(conversation);
      return;
    }
    item.binding = true;
    item.drawn = undefined;
    const epoch = epochSuite === undefined ? undefined : this.#epochs.take(conversation, epochSuite, only);
    const key = { drawn, epoch };
    const { hash, writes } = await bindMessage(this.#parts, item, roster, key);
    this.#lines.becameBound(item, hash);
    const more = item.resends ? [] : this.#hooks.bound(item, fromHex(hash));
    this.#transmitter.storeThenSend(item, [...writes, ...more]);
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
