import { type Payload, payloadKinds } from "../../protocol/payload.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import type {
  ContentView,
  FileContentView,
  MessageContentView,
  QuoteView,
  ReactionView,
} from "../api/content.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { type MessageRow, messageRow, ordinalKey, parseOrdinalKey } from "../engine/rows.ts";
import { untouched } from "./apply-change.ts";
import { kindOfRow } from "./change-desk.ts";
import { type ContentDesk, payloadOfRow } from "./content-desk.ts";
import { isRow, kindOf, lineOf, outcomeName } from "./content-payload.ts";
import { type ContentRow, contentRow } from "./content-rows.ts";

const quoteCharacters = 160;
const noQuote: QuoteView = { message: null, name: null, kind: null, excerpt: null };

/** A row of the thread, with its place. */
export interface ThreadRow {
  readonly key: string;
  readonly ordinal: number;
  readonly row: MessageRow;
  readonly content: MessageContentView;
}

export interface PageBounds {
  /** Only rows before this key. */
  readonly before?: string;
  /** Only this key and rows after it. */
  readonly from?: string;
  readonly limit: number;
}

/** Reads pages of a conversation as a thread shows them: rows of changes left out, changes made. */
export class ThreadReader {
  readonly #parts: EngineParts;
  readonly #desk: ContentDesk;
  readonly #fileState: (message: string) => FileContentView["state"];

  constructor(
    parts: EngineParts,
    desk: ContentDesk,
    fileState: (message: string) => FileContentView["state"],
  ) {
    this.#parts = parts;
    this.#desk = desk;
    this.#fileState = fileState;
  }

  /** The newest rows within the bounds, oldest first. */
  async newest(conversation: Conversation, bounds: PageBounds): Promise<readonly ThreadRow[]> {
    return await this.#views(conversation, (await this.#rows(conversation, bounds, true)).reverse());
  }

  /** The oldest rows within the bounds, oldest first. */
  async oldest(conversation: Conversation, bounds: PageBounds): Promise<readonly ThreadRow[]> {
    return await this.#views(conversation, await this.#rows(conversation, bounds, false));
  }

  /** Rows around a place: half of them before it, the rest from it on. */
  async around(conversation: Conversation, key: string, limit: number): Promise<readonly ThreadRow[]> {
    const later = await this.oldest(conversation, { from: key, limit: Math.ceil(limit / 2) });
    const earlier = await this.newest(conversation, { before: key, limit: limit - later.length });
    return [...earlier, ...later];
  }

  /** The key of the first message at or after a time (ms UTC); of the newest when all are before it. */
  async keyAt(conversation: Conversation, time: number): Promise<string | undefined> {
    const prefix = `${conversation.id}/`;
    const edge = async (reverse: boolean) =>
      (await this.#parts.store.range("messages", { prefix, reverse, limit: 1 }))[0];
    const [first, last] = await Promise.all([edge(false), edge(true)]);
    if (!first || !last) return undefined;
    let low = parseOrdinalKey(first.key).ordinal;
    let high = parseOrdinalKey(last.key).ordinal;
    // Places follow times but for messages that waited; a few rows beside the mark are as good.
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [row] = await this.#parts.store.range("messages", {
        prefix,
        from: ordinalKey(conversation.id, middle),
        limit: 1,
      });
      if (row && messageRow.decode(row.value).at < time) low = parseOrdinalKey(row.key).ordinal + 1;
      else high = middle;
    }
    return ordinalKey(conversation.id, low);
  }

  /** Messages with all words of the query, newest first. */
  async find(
    query: string,
    conversation: string | undefined,
    limit: number,
  ): Promise<readonly { readonly conversation: string; readonly row: ThreadRow }[]> {
    const found: { conversation: string; row: ThreadRow }[] = [];
    for (const key of await this.#desk.index.find(query, conversation, limit)) {
      const row = await this.#row(key);
      if (row) found.push({ conversation: key.slice(0, 32), row });
    }
    found.sort((a, b) => b.row.row.at - a.row.row.at);
    return found.slice(0, limit);
  }

  async #row(key: string): Promise<ThreadRow | undefined> {
    const found = await this.#desk.changes.read(key);
    const conversation = this.#desk.conversation(key.slice(0, 32));
    if (!found || !conversation || !isRow(kindOfRow(found.row))) return undefined;
    return await this.#view(conversation, key, found.row, found.content);
  }

  async #rows(
    conversation: Conversation,
    { before, from, limit }: PageBounds,
    reverse: boolean,
  ): Promise<{ key: string; row: MessageRow }[]> {
    const rows: { key: string; row: MessageRow }[] = [];
    const prefix = `${conversation.id}/`;
    let [lower, upper] = [from, before];
    while (rows.length < limit) {
      const wanted = limit - rows.length;
      const page = await this.#parts.store.range("messages", {
        prefix,
        limit: wanted,
        reverse,
        ...(lower === undefined ? {} : { from: lower }),
        ...(upper === undefined ? {} : { before: upper }),
      });
      for (const { key, value } of page) {
        const row = messageRow.decode(value);
        if (isRow(kindOfRow(row))) rows.push({ key, row });
      }
      const last = page.at(-1);
      if (!last || page.length < wanted) break;
      if (reverse) upper = last.key;
      else lower = `${last.key}\u0000`;
    }
    return rows;
  }

  async #views(
    conversation: Conversation,
    rows: readonly { key: string; row: MessageRow }[],
  ): Promise<readonly ThreadRow[]> {
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last) return [];
    const bounds = { prefix: `${conversation.id}/`, from: first.key, before: `${last.key}\u0000` };
    const contents = new Map<string, ContentRow>();
    for (const { key, value } of await this.#parts.store.range("content", bounds))
      contents.set(key, contentRow.decode(value));
    return await Promise.all(
      rows.map(({ key, row }) => this.#view(conversation, key, row, contents.get(key) ?? untouched)),
    );
  }

  async #view(
    conversation: Conversation,
    key: string,
    row: MessageRow,
    content: ContentRow,
  ): Promise<ThreadRow> {
    const { ordinal } = parseOrdinalKey(key);
    const timed = this.#desk.expiry.of(key);
    const common = {
      expiresAt: timed?.expiresAt ?? null,
      timerSeconds: timed?.seconds ?? null,
      pendingChange: row.hash === undefined ? null : this.#desk.pendingChange(conversation, row.hash),
    };
    const bare = { ...common, editedAt: null, replyTo: null, reactions: [] };
    if (content.deleted) return { key, ordinal, row, content: { ...bare, content: { kind: "deleted" } } };
    if (row.problemCode !== undefined)
      return { key, ordinal, row, content: { ...bare, content: { kind: "closed" } } };
    const payload = payloadOfRow(row);
    const view: MessageContentView = {
      ...common,
      content: await this.#contentView(conversation, row, payload),
      editedAt: content.versions.length > 1 ? (content.versions.at(-1)?.at ?? null) : null,
      replyTo:
        payload.kind === payloadKinds.reply ? await this.#quote(conversation, payload.body.target) : null,
      reactions: this.#reactions(content),
    };
    return { key, ordinal, row, content: view };
  }

  async #contentView(conversation: Conversation, row: MessageRow, payload: Payload): Promise<ContentView> {
    switch (payload.kind) {
      case payloadKinds.text:
        return { kind: "text", text: payload.body };
      case payloadKinds.reply:
        return { kind: "text", text: payload.body.text };
      case payloadKinds.formal: {
        const { registrationNumber: registration, downgradeAt = null, copy, ...rest } = payload.body;
        return { kind: "formal", ...rest, registration, downgradeAt, copyNumber: copy };
      }
      case payloadKinds.order:
        return { kind: "order", ...payload.body };
      case payloadKinds.telemetry:
        return { kind: "telemetry", ...payload.body };
      case payloadKinds.payment:
        return { kind: "payment", ...payload.body };
      case payloadKinds.acknowledgement: {
        const { target, outcome, note = null } = payload.body;
        const quote = await this.#quote(conversation, target);
        return { kind: "acknowledgement", target: quote, outcome: outcomeName(outcome), note };
      }
      case payloadKinds.file: {
        const { name, mediaType, size, caption = null, preview } = payload.body;
        const shown = { name, mediaType, size, caption, preview: preview?.bytes ?? null };
        return { kind: "file", ...shown, state: this.#fileState(toHex(row.id)), inline: false };
      }
      case payloadKinds.inlineFile: {
        const { name, mediaType, bytes, caption = null } = payload.body;
        const shown = { name, mediaType, size: bytes.length, caption, preview: null };
        return { kind: "file", ...shown, state: "here", inline: true };
      }
      default:
        return { kind: "unknown" };
    }
  }

  /** The message with this envelope hash as a quotation shows it. */
  async #quote(conversation: Conversation, hash: Bytes): Promise<QuoteView> {
    const found = await this.#desk.changes.find(conversation, hash);
    if (typeof found === "string") return noQuote;
    const { row, content } = found;
    const about = { message: toHex(row.id), name: this.#name(row.senderUser) };
    if (content.deleted) return { ...about, kind: "deleted", excerpt: "" };
    const payload = payloadOfRow(row);
    return { ...about, kind: kindOf(payload), excerpt: lineOf(payload).slice(0, quoteCharacters) };
  }

  #reactions({ reactions }: ContentRow): readonly ReactionView[] {
    const byEmoji = new Map<string, { users: string[]; mine: boolean }>();
    for (const { user, emoji, on } of reactions) {
      if (!on) continue;
      const entry = byEmoji.get(emoji) ?? { users: [], mine: false };
      entry.users.push(this.#name(user));
      entry.mine ||= equalBytes(user, this.#parts.self.userBytes);
      byEmoji.set(emoji, entry);
    }
    return [...byEmoji].map(([emoji, { users, mine }]) => ({ emoji, users, mine }));
  }

  #name(user: Bytes): string {
    const id = toHex(user);
    return this.#parts.directory.user(id)?.name ?? id;
  }
}
