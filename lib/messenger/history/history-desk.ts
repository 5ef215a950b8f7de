import type { HistoryItem } from "../../protocol/history.ts";
import { HistorySealer, openHistory, readHistoryOwner } from "../../protocol/history-container.ts";
import { decodePayload, encodePayload, payloadKinds, payloadText } from "../../protocol/payload.ts";
import { type Bytes, concatBytes, equalBytes, utf8 } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import { randomUuid } from "../../shared/uuid.ts";
import { untouched } from "../content/apply-change.ts";
import type { ContentDesk } from "../content/content-desk.ts";
import { payloadOfRow } from "../content/content-desk.ts";
import { isRow } from "../content/content-payload.ts";
import { contentRow } from "../content/content-rows.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { ConversationBook } from "../engine/conversation-book.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { hashRow, type MessageRow, messageRow, ordinalKey, parseOrdinalKey } from "../engine/rows.ts";
import { MessengerError } from "../messenger-error.ts";
import type { StoreWrite } from "../store/device-store.ts";
import { type HistoryPart, historyPages } from "./history-pages.ts";

const readAtOnce = 500;
const none: Bytes = new Uint8Array(0);

export interface HistoryDeskOptions {
  readonly parts: EngineParts;
  readonly book: ConversationBook;
  readonly content: ContentDesk;
  /** scrypt's cost, 17 unless a test says otherwise. */
  readonly costExponent?: number;
}

/**
 * One's own history as an encrypted file. What disappears by a timer stays out of it, and so do keys: a history holds
 * what was read, never what it was read with.
 */
export class HistoryDesk {
  readonly #options: HistoryDeskOptions;

  constructor(options: HistoryDeskOptions) {
    this.#options = options;
  }

  /** @throws ProtocolError "history.passphrase" */
  async export(passphrase: string): Promise<Bytes> {
    const { parts, costExponent } = this.#options;
    const sealer = await HistorySealer.begin(passphrase, {
      user: parts.self.userBytes,
      now: parts.now(),
      ...(costExponent === undefined ? {} : { costExponent }),
    });
    const pieces = [sealer.headerBytes];
    try {
      for await (const page of historyPages(this.#parts())) pieces.push(await sealer.seal(page));
    } finally {
      sealer.destroy();
    }
    return concatBytes(...pieces);
  }

  /**
   * Nothing is taken over before all of the file has opened. Messages that are here already are left as they are.
   * @throws ProtocolError "history.open", "history.truncated"; MessengerError "history.other-user"
   */
  async import(file: Bytes, passphrase: string): Promise<{ messages: number; skipped: number }> {
    if (!equalBytes(readHistoryOwner(file).user, this.#options.parts.self.userBytes))
      throw new MessengerError("history.other-user", "this is the history of somebody else", {
        nextStep: "Choose a file that you exported yourself.",
      });
    const staged = new Map<string, HistoryItem[]>();
    for await (const { items } of openHistory([file], passphrase))
      for (const item of items) {
        const id = toHex(item.conversation);
        const list = staged.get(id);
        if (list) list.push(item);
        else staged.set(id, [item]);
      }
    const known = new Map(this.#options.book.mine().map((one) => [one.id, one]));
    let [messages, skipped] = [0, 0];
    for (const [id, items] of staged) {
      const conversation = known.get(id);
      if (conversation) messages += await conversation.queue.run(() => this.#restore(conversation, items));
      else skipped += items.length;
    }
    return { messages, skipped };
  }

  async *#parts(): AsyncGenerator<HistoryPart> {
    const { parts, book } = this.#options;
    for (const conversation of book.all.values()) {
      if (!conversation.roster) continue;
      const events = await parts.store.range("rosters", { prefix: `${conversation.id}/` });
      yield { rosterEvents: events.map(({ value }) => value), items: this.#items(conversation) };
    }
  }

  async *#items(conversation: Conversation): AsyncGenerator<HistoryItem> {
    const { store } = this.#options.parts;
    const prefix = `${conversation.id}/`;
    let from = prefix;
    for (;;) {
      const rows = await store.range("messages", { prefix, from, limit: readAtOnce });
      for (const { key, value } of rows) {
        const item = await this.#item(conversation, key, messageRow.decode(value));
        if (item) yield item;
      }
      const last = rows.at(-1);
      if (!last || rows.length < readAtOnce) return;
      from = `${last.key}\u0000`;
    }
  }

  /** Undefined for what has no place in a history: not opened, not sent, disappearing, or about another message. */
  async #item(conversation: Conversation, key: string, row: MessageRow): Promise<HistoryItem | undefined> {
    const { store } = this.#options.parts;
    const { hash, recordHash } = row;
    if (!hash || !recordHash || row.problemCode !== undefined || !conversation.roster) return undefined;
    if (row.sequence === 0 || this.#options.content.expiry.of(key)) return undefined;
    const payload = payloadOfRow(row);
    if (!isRow(payload.kind)) return undefined;
    const content = await store.get("content", key);
    const deleted = content !== undefined && contentRow.decode(content).deleted;
    const encoded = payload.kind === payloadKinds.unknown ? payload.encoded : encodePayload(payload);
    return {
      conversation: conversation.idBytes,
      envelopeHash: hash,
      senderUser: row.senderUser,
      senderDevice: row.senderDevice,
      sequence: row.sequence,
      sentAt: row.at,
      suite: row.suite,
      level: row.level,
      rosterHead: conversation.roster.head,
      drawRecordHash: recordHash,
      payload: deleted ? none : encoded,
    };
  }

  /** Before everything that is here, in the file's order. Returns how many were new. */
  async #restore(conversation: Conversation, items: readonly HistoryItem[]): Promise<number> {
    const { parts, content } = this.#options;
    const fresh: HistoryItem[] = [];
    for (const item of items)
      if (!(await parts.store.get("hashes", toHex(item.envelopeHash)))) fresh.push(item);
    const first = await this.#firstOrdinal(conversation);
    const below = first > fresh.length;
    for (let at = 0; at < fresh.length; at += readAtOnce) {
      const writes = fresh.slice(at, at + readAtOnce).flatMap((item, i) => {
        const ordinal = below ? first - fresh.length + at + i : conversation.takeOrdinal();
        return this.#rows(conversation, ordinal, item);
      });
      await parts.store.commit([...writes, conversation.progressWrite()]);
    }
    const last = fresh.at(-1);
    if (last && conversation.progress.lastAt === 0 && last.payload.length > 0) {
      const preview = content.preview(this.#row(last), first - 1);
      conversation.progress = { ...conversation.progress, ...preview, lastAt: last.sentAt };
      await parts.store.commit([conversation.progressWrite()]);
    }
    content.index.forget();
    parts.announce({ type: "messages", conversation: conversation.id });
    parts.announce({ type: "conversations", conversation: conversation.id });
    return fresh.length;
  }

  async #firstOrdinal(conversation: Conversation): Promise<number> {
    const query = { prefix: `${conversation.id}/`, limit: 1 };
    const [entry] = await this.#options.parts.store.range("messages", query);
    return entry ? parseOrdinalKey(entry.key).ordinal : conversation.progress.nextOrdinal;
  }

  #rows(conversation: Conversation, ordinal: number, item: HistoryItem): StoreWrite[] {
    const key = ordinalKey(conversation.id, ordinal);
    const row = this.#row(item);
    const place = { conversation: conversation.idBytes, ordinal, sequence: item.sequence, own: false };
    const deleted: StoreWrite[] =
      item.payload.length > 0
        ? []
        : [{ table: "content", key, value: contentRow.encode({ ...untouched, deleted: true }) }];
    return [
      { table: "messages", key, value: messageRow.encode(row) },
      { table: "identifiers", key: toHex(row.id), value: utf8(key) },
      { table: "hashes", key: toHex(item.envelopeHash), value: hashRow.encode(place) },
      ...deleted,
    ];
  }

  #row(item: HistoryItem): MessageRow {
    const payload = item.payload.length === 0 ? undefined : decodePayload(item.payload);
    const plain = payload === undefined || payload.kind === payloadKinds.text;
    return {
      id: randomUuid(),
      senderUser: item.senderUser,
      senderDevice: item.senderDevice,
      mine: equalBytes(item.senderUser, this.#options.parts.self.userBytes),
      suite: item.suite,
      level: item.level,
      at: item.sentAt,
      sequence: item.sequence,
      text: payload ? payloadText(payload) : "",
      gapBefore: false,
      hash: item.envelopeHash,
      recordHash: item.drawRecordHash,
      envelopeBytes: 0,
      paddedBytes: 0,
      ...(plain ? {} : { payload: item.payload }),
    };
  }
}
