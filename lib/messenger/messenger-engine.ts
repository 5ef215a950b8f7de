import { decodePayload } from "../protocol/payload.ts";
import type { Bytes } from "../shared/bytes.ts";
import { VernamError } from "../shared/errors.ts";
import { toHex } from "../shared/hex.ts";
import { timeUuid } from "../shared/uuid.ts";

import type { ChangeRequest, Content } from "./api/content.ts";
import type { FoundMessage } from "./api/content-calls.ts";
import type { ContactDeviceView, EnrolmentView, OwnDeviceView, PendingDeviceView } from "./api/devices.ts";
import type { FileApi, FilePriceView, OpenedFile, OutgoingFile } from "./api/files.ts";
import type { PresenceState, PresenceView } from "./api/presence.ts";
import type { SigningKeyView, VaultNote, VaultStatement } from "./api/vault.ts";
import { payloadOf } from "./content/content-payload.ts";
import type { ThreadRow } from "./content/thread-reader.ts";
import { VerifiedContacts } from "./devices/verified-contacts.ts";
import { viewWaiting } from "./devices/waiting-device.ts";
import type { Conversation } from "./engine/conversation.ts";
import type { EngineSession } from "./engine/engine-session.ts";
import { EnrolmentDriver } from "./engine/enrolment-driver.ts";
import { EventHub } from "./engine/event-hub.ts";
import { messageRow, parseOrdinalKey, recordRow } from "./engine/rows.ts";
import {
  conversationDigits,
  suiteName,
  suiteNumber,
  viewConversation,
  viewKeyCard,
  viewMessage,
} from "./engine/views.ts";
import type { EngineOptions } from "./engine-options.ts";
import { priceOfFile } from "./files/price-of-file.ts";
import { audienceOf } from "./inbox/audience.ts";
import type {
  ContactView,
  ConversationView,
  EngineState,
  KeyCardView,
  Level,
  MessageView,
  MessengerApi,
  MessengerEvents,
  MessengerOptions,
  PolicyView,
  PriceView,
  RecipientView,
  SafetyView,
  SelfView,
  SuiteName,
  SupplyView,
  TimelineView,
} from "./messenger-api.ts";
import { MessengerError } from "./messenger-error.ts";
import { askSupply } from "./outbox/ask-supply.ts";
import { bodyOf, paddedLengthOf } from "./outbox/outbox-item.ts";
import { priceOf } from "./price.ts";
import { certifiedKeys, signVaultStatement } from "./vault/vault-keys.ts";

const pageSize = 50;
const text = new TextDecoder();

/** The messenger: one device, one store, one owner. The same class in a browser's worker and in Node. */
export class MessengerEngine implements MessengerApi {
  readonly #options: EngineOptions;
  readonly #events = new EventHub();
  readonly #contacts = new Map<string, ContactView>();
  readonly #verified = new VerifiedContacts();
  readonly #now: () => number;
  #driver: EnrolmentDriver | undefined;
  #failure: EngineState | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async start(options: MessengerOptions): Promise<void> {
    if (this.#driver) return;
    this.#driver = new EnrolmentDriver(this.#options, options, {
      announce: (event) => this.#events.announce(event),
      fail: (error) => this.#fail(error),
    });
    await this.#driver.start();
    await this.#verified.load(this.#driver.store);
    this.#events.announce({ type: "state" });
  }

  async stop(): Promise<void> {
    const driver = this.#driver;
    this.#driver = undefined;
    await driver?.stop();
    await driver?.store?.close();
    this.#events.flush();
  }

  async forget(): Promise<void> {
    const driver = this.#driver;
    this.#driver = undefined;
    await driver?.stop();
    await driver?.store?.erase();
    this.#events.announce({ type: "state" });
  }

  async state(): Promise<EngineState> {
    return this.#failure ?? this.#driver?.state ?? { phase: "starting" };
  }

  async self(): Promise<SelfView | null> {
    const { identity, session, store } = this.#driver ?? {};
    if (!identity || !session || !store) return null;
    const assurance = session.certificate.value.assurance === 1 ? "approved" : "open";
    const { user, userName: name, site, device } = identity;
    return { user, name, site, device, assurance, leader: true, storage: store.kind };
  }

  async contacts(query?: string): Promise<readonly ContactView[]> {
    const { parts } = this.#session();
    try {
      const { posts } = await parts.relay.ask("directory:posts", query === undefined ? {} : { query });
      for (const post of posts) {
        this.#contacts.set(post.user, post);
        parts.directory.remember(post);
      }
      return posts.filter(({ user }) => user !== parts.self.user);
    } catch (error) {
      // Offline: what was seen before.
      if (!(error instanceof MessengerError) || error.code !== "relay.offline") throw error;
      const wanted = (query ?? "").toLowerCase();
      return [...this.#contacts.values()].filter(({ name }) => name.toLowerCase().includes(wanted));
    }
  }

  async conversations(): Promise<readonly ConversationView[]> {
    const { book, parts, content } = this.#session();
    return book
      .mine()
      .map((conversation) => {
        const peer = this.#peer(conversation);
        const verified = peer !== undefined && this.#verified.isVerified(conversation, peer);
        const settings = content.settings.view(conversation.id);
        return viewConversation(conversation, parts.directory, parts.self.user, verified, settings);
      })
      .sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0));
  }

  async openConversation(user: string): Promise<string> {
    const session = this.#session();
    const known = session.book.direct(user);
    if (known) return known.id;
    if (user === session.parts.self.user) {
      throw new MessengerError("conversation.self", "a conversation needs somebody else");
    }
    const refresh = (found: Conversation) => session.refresh(found);
    const conversation = await session.book.createDirect(user, refresh);
    await refresh(conversation);
    if (session.book.direct(user) !== conversation) {
      throw new MessengerError("conversation.unknown", "the relay did not give back the new conversation", {
        nextStep: "Try again.",
      });
    }
    this.#events.announce({ type: "conversations", conversation: conversation.id });
    return conversation.id;
  }

  async messages(
    id: string,
    options: { readonly before?: string; readonly limit?: number } = {},
  ): Promise<readonly MessageView[]> {
    const { book, thread } = this.#session();
    const conversation = book.get(id);
    const bounds = options.before === undefined ? {} : { before: await this.#messageKey(options.before) };
    const rows = await thread.newest(conversation, { limit: options.limit ?? pageSize, ...bounds });
    return rows.map((row) => this.#view(conversation, row));
  }

  /** `id`: 16 bytes in hex, for callers that may repeat the call; the same id is the same message. */
  async send(
    conversation: string,
    content: Content | string,
    suite: SuiteName,
    level: Level = 0,
    id?: string,
  ): Promise<string> {
    const { book, sending, changes } = this.#session();
    const open = book.get(conversation);
    this.#verified.checkDevices(open);
    const payload = await payloadOf(content, (message) => changes.hashOf(message));
    return await sending.send(open, payload, suiteNumber(suite), level, id);
  }

  async edit(message: string, body: string, id?: string): Promise<string> {
    return await this.#change({ kind: "edit", message, text: body }, id);
  }

  async remove(message: string, id?: string): Promise<string> {
    return await this.#change({ kind: "remove", message }, id);
  }

  async react(message: string, emoji: string | null, id?: string): Promise<string> {
    return await this.#change({ kind: "react", message, emoji }, id);
  }

  async setTimer(conversation: string, seconds: number | null, id?: string): Promise<string> {
    return await this.#change({ kind: "timer", conversation, seconds }, id);
  }

  async changePrice(request: ChangeRequest): Promise<PriceView & { readonly suite: SuiteName }> {
    const { changes, outgoing } = this.#session();
    const { conversation, payload, suite } = await changes.write(request);
    const padded = paddedLengthOf(bodyOf(payload));
    return {
      ...priceOf(padded, suite, outgoing.isEpochOpen(conversation, suite)),
      suite: suiteName(suite),
    };
  }

  async edits(message: string): Promise<readonly { readonly at: number; readonly text: string }[]> {
    const found = await this.#session().content.changes.read(await this.#messageKey(message));
    return found?.content.versions.slice(0, -1) ?? [];
  }

  async setDraft(conversation: string, draft: string): Promise<void> {
    const { book, content } = this.#session();
    content.settings.setDraft(book.get(conversation).id, draft);
  }

  async mute(conversation: string, on: boolean): Promise<void> {
    const { book, content } = this.#session();
    await content.settings.mute(book.get(conversation).id, on);
  }

  async search(query: string, conversation?: string, limit = pageSize): Promise<readonly FoundMessage[]> {
    const { book, thread } = this.#session();
    const rows = await thread.find(query, conversation, limit);
    return rows.map(({ conversation: id, row }) => ({
      message: this.#view(book.get(id), row),
      conversation: id,
    }));
  }

  async around(id: string, at: string | number, limit = pageSize): Promise<readonly MessageView[]> {
    const { book, thread } = this.#session();
    const conversation = book.get(id);
    const key = typeof at === "string" ? await this.#messageKey(at) : await thread.keyAt(conversation, at);
    if (key === undefined) return [];
    const rows = await thread.around(conversation, key, limit);
    return rows.map((row) => this.#view(conversation, row));
  }

  async exportHistory(passphrase: string): Promise<Bytes> {
    return await this.#session().history.export(passphrase);
  }

  async importHistory(bytes: Bytes, passphrase: string): Promise<{ messages: number; skipped: number }> {
    return await this.#session().history.import(bytes, passphrase);
  }

  async cancel(message: string): Promise<void> {
    const { outgoing, files } = this.#session();
    await outgoing.cancel(message);
    await files.dropped(message);
  }

  async retry(message: string, suite?: SuiteName): Promise<void> {
    const { outgoing, sending, files } = this.#session();
    const item = outgoing.item(message);
    if (suite !== undefined && item) {
      const payload = decodePayload(item.body.encoded);
      sending.check(item.conversation, suiteNumber(suite), item.level as Level, payload);
    }
    await files.retry(message);
    await outgoing.retry(message, suite === undefined ? undefined : suiteNumber(suite));
  }

  async askAgain(message: string): Promise<void> {
    const { book, lost, parts } = this.#session();
    const key = await this.#messageKey(message);
    const bytes = await parts.store.get("messages", key);
    const row = bytes && messageRow.decode(bytes);
    await lost.ask(book.get(parseOrdinalKey(key).conversation), row?.hash ?? new Uint8Array(0));
  }

  /** `id`: as in `send`. */
  async sendFile(
    conversation: string,
    file: OutgoingFile,
    suite: SuiteName,
    level: Level = 0,
    id = toHex(timeUuid(this.#now())),
  ): Promise<string> {
    const { book, files } = this.#session();
    const open = book.get(conversation);
    this.#verified.checkDevices(open);
    return await files.send(open, id, file, suiteNumber(suite), level);
  }

  async filePrice(
    conversation: string,
    size: number,
    suite: SuiteName,
    about: Parameters<FileApi["filePrice"]>[3] = {},
  ): Promise<FilePriceView> {
    const { book, outgoing, parts } = this.#session();
    const number = suiteNumber(suite);
    const epochOpen = outgoing.isEpochOpen(book.get(conversation), number);
    return priceOfFile(parts.levelPolicy(), size, number, about, epochOpen);
  }

  async openFile(message: string): Promise<OpenedFile> {
    const { files, parts } = this.#session();
    const key = await this.#messageKey(message);
    const bytes = await parts.store.get("messages", key);
    const { conversation } = parseOrdinalKey(key);
    return await files.open(conversation, message, bytes && messageRow.decode(bytes).payload);
  }

  async cancelFile(message: string): Promise<void> {
    if (!this.#session().files.cancelFetch(message)) await this.cancel(message);
  }

  async markRead(conversation: string): Promise<void> {
    const session = this.#session();
    await session.markRead(session.book.get(conversation));
  }

  async typing(conversation: string, suite?: SuiteName, level: Level = 0): Promise<void> {
    const { parts, outgoing, book } = this.#session();
    parts.relay.hint(conversation, "typing");
    if (suite !== undefined) outgoing.expect(book.get(conversation), suiteNumber(suite), level);
  }

  async price(conversation: string, content: Content | string, suite: SuiteName): Promise<PriceView> {
    const { book, outgoing, changes } = this.#session();
    const number = suiteNumber(suite);
    const payload = await payloadOf(content, (message) => changes.hashOf(message));
    const padded = paddedLengthOf(bodyOf(payload));
    return priceOf(padded, number, outgoing.isEpochOpen(book.get(conversation), number));
  }

  async policy(conversation: string): Promise<PolicyView> {
    const { book, sending } = this.#session();
    return sending.choices(book.get(conversation));
  }

  async createGroup(title: string, users: readonly string[]): Promise<string> {
    return await this.#session().groups.create(title, users);
  }

  async addMembers(conversation: string, users: readonly string[]): Promise<void> {
    const { book, groups } = this.#session();
    await groups.addMembers(book.get(conversation), users);
  }

  async removeMember(conversation: string, user: string): Promise<void> {
    const { book, groups } = this.#session();
    await groups.removeMember(book.get(conversation), user);
  }

  async leave(conversation: string): Promise<void> {
    const { book, groups } = this.#session();
    await groups.leave(book.get(conversation));
  }

  async setModerator(conversation: string, user: string, on: boolean): Promise<void> {
    const { book, groups } = this.#session();
    await groups.setModerator(book.get(conversation), user, on);
  }

  async rename(conversation: string, title: string): Promise<void> {
    const { book, groups } = this.#session();
    await groups.rename(book.get(conversation), title);
  }

  async timeline(conversation: string): Promise<readonly TimelineView[]> {
    const { book, timeline } = this.#session();
    return await timeline.list(book.get(conversation));
  }

  async recipients(message: string): Promise<readonly RecipientView[]> {
    const { parts, book } = this.#session();
    const key = await this.#messageKey(message);
    const bytes = await parts.store.get("messages", key);
    const row = bytes && messageRow.decode(bytes);
    if (!row?.rosterHead || !row.mine) return [];
    const conversation = book.get(parseOrdinalKey(key).conversation);
    return audienceOf(row, conversation, parts.self.user).map(({ user, state }) => ({
      user,
      name: parts.directory.user(user)?.name ?? user,
      state,
    }));
  }

  async supply(conversation: string): Promise<SupplyView | null> {
    const { book, parts } = this.#session();
    return await askSupply(book.get(conversation), parts);
  }

  async setPresence(state: PresenceState): Promise<void> {
    this.#session().setPresence(state);
  }

  async presence(conversation: string): Promise<readonly PresenceView[]> {
    const { parts, book } = this.#session();
    if (!parts.relay.connected) return [];
    const { present } = await parts.relay.ask("presence:list", { conversation: book.get(conversation).id });
    return present;
  }

  async keyCard(message: string): Promise<KeyCardView | null> {
    const { parts } = this.#session();
    const key = await this.#messageKey(message).catch(() => undefined);
    const bytes = key === undefined ? undefined : await parts.store.get("messages", key);
    const row = bytes && messageRow.decode(bytes);
    if (!row?.recordHash || !row.hash) return null;
    const used = await parts.store.get("records", toHex(row.recordHash));
    return used ? viewKeyCard(row, recordRow.decode(used)) : null;
  }

  async safetyNumber(id: string): Promise<SafetyView | null> {
    const { book, devices, parts } = this.#session();
    const conversation = book.get(id);
    const user = this.#peer(conversation);
    const digits = user === undefined ? undefined : conversationDigits(conversation, parts.self.user, user);
    if (user === undefined || digits === undefined) return null;
    const name = parts.directory.user(user)?.name ?? user;
    const qr = devices.safetyCode(conversation, user) ?? "";
    return { user, name, digits, qr, verified: this.#verified.isVerified(conversation, user) };
  }

  async setVerified(user: string, verified: boolean): Promise<void> {
    const { book, parts } = this.#session();
    await this.#verified.set(parts.store, book.direct(user), user, verified);
    this.#events.announce({ type: "conversations" });
  }

  async signCommand(kind: string, args: Readonly<Record<string, string | number | boolean>>): Promise<Bytes> {
    return await this.#session().signCommand(kind, args);
  }

  async signVault(statement: VaultStatement): Promise<Bytes> {
    return await signVaultStatement(statement, this.#session().parts.self.signer);
  }

  async signingKeys(user: string): Promise<readonly SigningKeyView[]> {
    return await certifiedKeys(user, this.#session().parts);
  }

  async discard(message: string): Promise<void> {
    await this.#session().content.discard(await this.#messageKey(message));
  }

  async vaultNotes(): Promise<readonly VaultNote[]> {
    return await this.#session().parts.store.range("vault", { prefix: "" });
  }

  async keepVaultNote(key: string, value: Bytes | null): Promise<void> {
    await this.#session().parts.store.commit([{ table: "vault", key, value }]);
    this.#events.announce({ type: "vault" });
  }

  async devices(): Promise<readonly OwnDeviceView[]> {
    return await this.#session().devices.devices();
  }

  async signOutDevice(device: string): Promise<void> {
    await this.#session().devices.signOut(device);
  }

  async pendingDevices(): Promise<readonly PendingDeviceView[]> {
    return await this.#session().devices.pending();
  }

  async approveDevice(device: string, digits: string): Promise<void> {
    await this.#session().devices.approve(device, digits);
  }

  async deviceDigits(device: string): Promise<string> {
    return await this.#session().devices.digits(device);
  }

  async enrolment(): Promise<EnrolmentView | null> {
    const waiting = this.#driver?.waiting;
    return waiting ? viewWaiting(waiting) : null;
  }

  async takeAccessCard(card: string): Promise<void> {
    await this.#driver?.takeCard(card);
  }

  async compareSafetyCode(id: string, scanned: string): Promise<boolean> {
    const { book, devices } = this.#session();
    const conversation = book.get(id);
    const user = this.#peer(conversation);
    if (user === undefined || !devices.compare(conversation, user, scanned)) return false;
    await this.setVerified(user, true);
    return true;
  }

  async contactDevices(user: string): Promise<readonly ContactDeviceView[]> {
    const { book, devices } = this.#session();
    return devices.contactDevices(book.mine(), user, this.#verified.digits(user));
  }

  subscribe(listener: (event: MessengerEvents) => void): () => void {
    return this.#events.subscribe(listener);
  }

  /** The other person of a one-to-one conversation. */
  #peer({ roster }: Conversation): string | undefined {
    if (roster?.members.size !== 2) return undefined;
    return [...roster.members.keys()].find((user) => user !== this.#driver?.identity?.user);
  }

  async #change(request: ChangeRequest, id: string | undefined): Promise<string> {
    const { sending, changes } = this.#session();
    const { conversation, payload, suite, level } = await changes.write(request);
    this.#verified.checkDevices(conversation);
    return await sending.send(conversation, payload, suite, level as Level, id);
  }

  #view(conversation: Conversation, row: ThreadRow): MessageView {
    const { outgoing, parts } = this.#session();
    return viewMessage(row, conversation, outgoing.item(toHex(row.row.id)), parts.self, parts.directory);
  }

  /** The row key of a message. @throws MessengerError "message.unknown" */
  async #messageKey(message: string): Promise<string> {
    const key = await this.#session().parts.store.get("identifiers", message);
    if (!key) throw new MessengerError("message.unknown", "there is no such message here");
    parseOrdinalKey(text.decode(key));
    return text.decode(key);
  }

  #session(): EngineSession {
    const session = this.#driver?.session;
    if (session && !this.#failure) return session;
    throw new MessengerError("messenger.not-ready", "the messenger is not ready", {
      nextStep: "Wait until this device is enrolled and connected.",
    });
  }

  /** The store refused a write, or a rule of this program broke: going on could reuse a key, so nothing goes on. */
  #fail(error: unknown): void {
    if (this.#failure || !this.#driver) return;
    const known = error instanceof VernamError ? error : undefined;
    if (known?.code === "store.closed") return;
    this.#failure = {
      phase: "failed",
      code: known?.code ?? "messenger.internal",
      message: known?.message ?? (error instanceof Error ? error.message : "unknown error"),
      nextStep: known?.nextStep ?? "Reload; nothing that was acknowledged is lost.",
    };
    void this.#driver.session?.stop();
    this.#events.announce({ type: "state" });
  }
}
