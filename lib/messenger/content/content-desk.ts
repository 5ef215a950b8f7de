import { decodePayload, type Payload, payloadKinds } from "../../protocol/payload.ts";
import { checkTarget, targetOf } from "../../protocol/payload-rules.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import type { PendingChangeView } from "../api/content.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { type MessageRow, messageRow, ordinalKey, parseOrdinalKey } from "../engine/rows.ts";
import { problemOf } from "../inbox/problems.ts";
import type { StoreWrite } from "../store/device-store.ts";
import { ChangeDesk, type Changed } from "./change-desk.ts";
import { isRow, kindOf, lineOf } from "./content-payload.ts";
import { ConversationSettings } from "./conversation-settings.ts";
import { ExpiryDesk } from "./expiry-desk.ts";
import { SearchIndex } from "./search-index.ts";

const previewCharacters = 120;

const pendingKinds: Readonly<Record<number, PendingChangeView["kind"]>> = {
  [payloadKinds.edit]: "edit",
  [payloadKinds.delete]: "remove",
  [payloadKinds.reaction]: "react",
};

/** A received message as the ledger stores it; without a row it is none of the thread. */
export interface ReceivedContent {
  readonly row: MessageRow | null;
  readonly writes: readonly StoreWrite[];
}

/** An own message that has its ciphertext now. */
export interface BoundContent {
  readonly conversation: Conversation;
  readonly ordinal: number;
  readonly at: number;
  readonly kind: number;
  readonly encoded: Bytes;
}

/** An own message in the outbox. */
interface WaitingItem {
  readonly id: string;
  readonly body: { readonly kind: number; readonly encoded: Bytes };
}

export interface ContentDeskOptions {
  readonly parts: EngineParts;
  readonly conversations: () => ReadonlyMap<string, Conversation>;
  /** What has no ciphertext yet in a conversation. */
  readonly open: (conversation: Conversation) => readonly WaitingItem[];
  /** The row that tells of a timer, between the messages. */
  readonly timerSet: (
    conversation: Conversation,
    setting: { readonly kind: "timer"; readonly at: number; readonly actor: Bytes; readonly text: string },
  ) => StoreWrite;
  /** A message was deleted or has disappeared: what else belongs to it goes too. */
  readonly dropped: (message: string) => void;
}

/**
 * What messages do to messages: edits, deletes, reactions, timers; and what disappears. Fed by the ledger with what is
 * received and by the outbox with what is sent.
 */
export class ContentDesk {
  readonly settings: ConversationSettings;
  readonly changes: ChangeDesk;
  readonly expiry: ExpiryDesk;
  readonly index: SearchIndex;
  readonly #options: ContentDeskOptions;
  readonly #parts: EngineParts;

  constructor(options: ContentDeskOptions) {
    const { parts } = options;
    this.#options = options;
    this.#parts = parts;
    this.settings = new ConversationSettings(parts);
    this.changes = new ChangeDesk(parts.store);
    this.expiry = new ExpiryDesk(parts, (keys) => this.#erase(keys));
    this.index = new SearchIndex(parts.store);
  }

  /** After the conversations are loaded, before anything is shown or received. */
  async load(): Promise<void> {
    await this.settings.load();
    await this.changes.load();
    await this.expiry.load();
    // Own changes that were sent and not yet made here when the process ended.
    for (const conversation of this.#options.conversations().values())
      for (const target of this.changes.waitingFor(conversation.id))
        await this.#settle(conversation, fromHex(target));
  }

  /** Within the conversation's queue, before its row is stored. */
  async received(
    conversation: Conversation,
    ordinal: number,
    row: MessageRow,
    payload: Payload,
  ): Promise<ReceivedContent> {
    if (payload.kind === payloadKinds.title) return { row: null, writes: [] };
    if (payload.kind === payloadKinds.timer) {
      const { seconds } = payload.body;
      const writes = await this.#timer(conversation, ordinal, seconds, row.senderUser, row.at);
      return { row: null, writes };
    }
    try {
      if (!isRow(payload.kind)) return { row: null, writes: await this.#change(conversation, row) };
      await this.#checkAnswer(conversation, row, payload);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return { row: refused(row, error), writes: [] };
    }
    const key = ordinalKey(conversation.id, ordinal);
    const changed = await this.changes.settle(conversation, key, row);
    const shown = changed?.row ?? row;
    const seconds = this.settings.timerAt(conversation.id, ordinal);
    this.index.put(key, shown);
    return {
      row: shown,
      writes: [
        ...(changed?.writes ?? []),
        ...(seconds === undefined ? [] : [this.expiry.add(key, seconds, row.mine)]),
      ],
    };
  }

  /** What is stored with an own message's ciphertext; its effect on others follows in the conversation's queue. */
  bound(message: BoundContent, hash: Bytes): readonly StoreWrite[] {
    const { conversation, ordinal, at, kind, encoded } = message;
    const key = ordinalKey(conversation.id, ordinal);
    if (isRow(kind)) {
      this.#later(conversation, async () => {
        const stored = await this.changes.read(key);
        if (stored) this.index.put(key, stored.row);
      });
      const seconds = this.settings.timerAt(conversation.id, ordinal);
      return seconds === undefined ? [] : [this.expiry.add(key, seconds, true)];
    }
    const payload = decodePayload(encoded);
    const user = this.#parts.self.userBytes;
    if (payload.kind === payloadKinds.timer) {
      const { seconds } = payload.body;
      this.#later(conversation, async () => {
        await this.#parts.store.commit(await this.#timer(conversation, ordinal, seconds, user, at));
        this.#parts.announce({ type: "messages", conversation: conversation.id });
      });
      return [];
    }
    const target = targetOf(payload);
    const waits = this.changes.keep(conversation, hash, { user, at, payload: encoded, ordinal });
    if (target === undefined || waits === undefined) return [];
    this.#later(conversation, () => this.#settle(conversation, target));
    return [waits];
  }

  /** Takes the content of the message with this row key away from this device. */
  async discard(key: string): Promise<void> {
    const conversation = this.conversation(key.slice(0, 32));
    await conversation?.queue.run(async () => {
      const found = await this.changes.read(key);
      if (!found || found.content.deleted) return;
      const writes = await this.#changed(conversation, this.changes.withoutContent(found));
      await this.#parts.store.commit([...writes, conversation.progressWrite()]);
      this.#parts.announce({ type: "messages", conversation: conversation.id });
    });
  }

  conversation(id: string): Conversation | undefined {
    return this.#options.conversations().get(id);
  }

  /** The change of this device to the message with this hash that has no key yet. */
  pendingChange(conversation: Conversation, hash: Bytes): PendingChangeView | null {
    for (const { id, body } of this.#options.open(conversation)) {
      const kind = pendingKinds[body.kind];
      const target = kind && targetOf(decodePayload(body.encoded));
      if (kind && target && equalBytes(target, hash)) return { id, kind };
    }
    return null;
  }

  /** Everything of the conversation was read here: what disappears starts to run. */
  read(conversation: Conversation): readonly StoreWrite[] {
    return this.expiry.read(conversation.id);
  }

  /** What a list shows of a message. */
  preview(row: MessageRow, ordinal: number): { lastText: string; lastKind: string; lastOrdinal: number } {
    const payload = payloadOfRow(row);
    return {
      lastText: lineOf(payload).slice(0, previewCharacters),
      lastKind: kindOf(payload),
      lastOrdinal: ordinal,
    };
  }

  stop(): void {
    this.expiry.stop();
    this.index.forget();
  }

  async #change(conversation: Conversation, row: MessageRow): Promise<readonly StoreWrite[]> {
    if (!row.payload || !row.hash) return [];
    const change = { user: row.senderUser, at: row.at, payload: row.payload };
    const changed = await this.changes.change(conversation, change);
    if (changed === "gone") return [];
    if (changed !== "unknown") return await this.#changed(conversation, changed);
    const waits = this.changes.keep(conversation, row.hash, change);
    return waits ? [waits] : [];
  }

  /** An acknowledgement of a message that is here must be one that may be acknowledged. */
  async #checkAnswer(conversation: Conversation, row: MessageRow, payload: Payload): Promise<void> {
    if (payload.kind !== payloadKinds.acknowledgement) return;
    const found = await this.changes.find(conversation, payload.body.target);
    if (typeof found === "string") return;
    const { row: target, content } = found;
    const kind = payloadOfRow(target).kind;
    checkTarget(payload, row.senderUser, { user: target.senderUser, kind, deleted: content.deleted });
  }

  /** A message shows something else now: the rows to store, and what follows from it. */
  async #changed(conversation: Conversation, changed: Changed): Promise<readonly StoreWrite[]> {
    const { key, row, content, writes } = changed;
    const { ordinal } = parseOrdinalKey(key);
    const { progress } = conversation;
    if (content.deleted) {
      this.index.remove(key);
      this.#options.dropped(toHex(row.id));
    } else this.index.put(key, row);
    if (progress.lastOrdinal === ordinal) {
      const preview = content.deleted
        ? { lastText: "", lastKind: "deleted", lastOrdinal: ordinal }
        : this.preview(row, ordinal);
      conversation.progress = { ...progress, ...preview };
    }
    this.#parts.announce({ type: "conversations", conversation: conversation.id });
    return content.deleted ? [...writes, ...(await this.changes.eraseOwnChanges(key, content))] : writes;
  }

  /** Makes the changes that wait for a message, when it is here. */
  async #settle(conversation: Conversation, target: Bytes): Promise<void> {
    const found = await this.changes.find(conversation, target);
    if (typeof found === "string") return;
    const changed = await this.changes.settle(conversation, found.key, found.row);
    if (!changed) return;
    const writes = await this.#changed(conversation, changed);
    await this.#parts.store.commit([...writes, conversation.progressWrite()]);
    this.#parts.announce({ type: "messages", conversation: conversation.id });
  }

  /** For the messages after this place and before the next setting: it may come later than they do. */
  async #timer(
    conversation: Conversation,
    ordinal: number,
    seconds: number,
    user: Bytes,
    at: number,
  ): Promise<readonly StoreWrite[]> {
    const { write, until } = this.settings.setTimer(conversation.id, { ordinal, seconds, user, at });
    const before = Number.isFinite(until) ? { before: ordinalKey(conversation.id, until) } : {};
    const from = ordinalKey(conversation.id, ordinal + 1);
    const rows = await this.#parts.store.range("messages", {
      prefix: `${conversation.id}/`,
      from,
      ...before,
    });
    const { readOrdinal } = conversation.progress;
    const writes = rows.flatMap(({ key, value }) => {
      const row = messageRow.decode(value);
      if (!isRow(payloadOfRow(row).kind)) return [];
      if (seconds === 0) return [this.expiry.drop(key)];
      return [this.expiry.add(key, seconds, row.mine || parseOrdinalKey(key).ordinal <= readOrdinal)];
    });
    this.#parts.announce({ type: "conversations", conversation: conversation.id });
    const told = this.#options.timerSet(conversation, {
      kind: "timer",
      at,
      actor: user,
      text: String(seconds),
    });
    return [write, told, ...writes, conversation.progressWrite()];
  }

  /** The time of these messages has come. */
  async #erase(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const conversation = this.#options.conversations().get(key.slice(0, 32));
      const erase = async () => {
        const found = await this.changes.read(key);
        const writes: StoreWrite[] = [
          ...(await this.changes.erase(key)),
          { table: "timed", key, value: null },
        ];
        this.index.remove(key);
        if (found) this.#options.dropped(toHex(found.row.id));
        if (conversation?.progress.lastOrdinal === parseOrdinalKey(key).ordinal) {
          const preview = await this.#newestBefore(key);
          conversation.progress = { ...conversation.progress, ...preview };
          writes.push(conversation.progressWrite());
        }
        await this.#parts.store.commit(writes);
        this.#parts.announce({ type: "messages", conversation: key.slice(0, 32) });
        this.#parts.announce({ type: "conversations", conversation: key.slice(0, 32) });
      };
      await (conversation ? conversation.queue.run(erase) : erase());
    }
  }

  async #newestBefore(key: string): Promise<{ lastText: string; lastKind: string; lastOrdinal: number }> {
    const prefix = key.slice(0, 33);
    let before = key;
    for (;;) {
      const [entry] = await this.#parts.store.range("messages", { prefix, before, reverse: true, limit: 1 });
      if (!entry) return { lastText: "", lastKind: "", lastOrdinal: 0 };
      const found = await this.changes.read(entry.key);
      const { ordinal } = parseOrdinalKey(entry.key);
      if (found?.content.deleted) return { lastText: "", lastKind: "deleted", lastOrdinal: ordinal };
      if (found && found.row.problemCode === undefined && isRow(payloadOfRow(found.row).kind))
        return this.preview(found.row, ordinal);
      before = entry.key;
    }
  }

  #later(conversation: Conversation, task: () => Promise<void>): void {
    void conversation.queue.run(task).catch(this.#parts.fail);
  }
}

/** What a row says now; texts are stored as such, and a reply keeps its payload with the text that it shows. */
export function payloadOfRow(row: MessageRow): Payload {
  if (row.payload === undefined) return { kind: payloadKinds.text, body: row.text ?? "" };
  const payload = decodePayload(row.payload);
  if (payload.kind !== payloadKinds.reply) return payload;
  return { ...payload, body: { ...payload.body, text: row.text ?? "" } };
}

/** Somebody tried what only others may do: shown, and nothing else happens. */
function refused({ payload: _, text: __, ...row }: MessageRow, error: ProtocolError): MessageRow {
  const { code: problemCode, reason: problemReason, nextStep: problemNextStep } = problemOf(error);
  return { ...row, problemCode, problemReason, problemNextStep };
}
