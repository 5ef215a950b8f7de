import { signCommand } from "../protocol/command.ts";
import { encodePayload, payloadKinds } from "../protocol/payload.ts";
import { satisfiesMinimum } from "../protocol/suites.ts";
import type { Bytes } from "../shared/bytes.ts";
import { VernamError } from "../shared/errors.ts";
import { toHex } from "../shared/hex.ts";
import { randomUuid, timeUuid } from "../shared/uuid.ts";
import type { Conversation } from "./engine/conversation.ts";
import type { EngineSession } from "./engine/engine-session.ts";
import { EnrolmentDriver } from "./engine/enrolment-driver.ts";
import { EventHub } from "./engine/event-hub.ts";
import { contactRow, messageRow, parseOrdinalKey, recordRow } from "./engine/rows.ts";
import {
  conversationDigits,
  memberDigits,
  suiteNumber,
  viewConversation,
  viewKeyCard,
  viewMessage,
} from "./engine/views.ts";
import type { EngineOptions } from "./engine-options.ts";
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
  PriceView,
  SafetyView,
  SelfView,
  SuiteName,
} from "./messenger-api.ts";
import { MessengerError } from "./messenger-error.ts";
import { suitesPermitted } from "./outbox/outbox-state.ts";
import { priceOf } from "./price.ts";

const commandLifetime = 60_000;
const pageSize = 50;
const text = new TextDecoder();

/** The messenger: one device, one store, one owner. The same class in a browser's worker and in Node. */
export class MessengerEngine implements MessengerApi {
  readonly #options: EngineOptions;
  readonly #events = new EventHub();
  readonly #contacts = new Map<string, ContactView>();
  readonly #verified = new Map<string, string>();
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
    const rows = (await this.#driver.store?.range("contacts", { prefix: "" })) ?? [];
    for (const { key, value } of rows) this.#verified.set(key, contactRow.decode(value).digits);
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
    const { book, parts } = this.#session();
    return book
      .mine()
      .map((conversation) => {
        const peer = this.#peer(conversation);
        const verified = peer !== undefined && this.#isVerified(conversation, peer);
        return viewConversation(conversation, parts.directory, parts.self.user, verified);
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
    const { book, outgoing, parts } = this.#session();
    const conversation = book.get(id);
    const before = options.before === undefined ? undefined : await this.#messageKey(options.before);
    const rows = await parts.store.range("messages", {
      prefix: `${id}/`,
      reverse: true,
      limit: options.limit ?? pageSize,
      ...(before === undefined ? {} : { before }),
    });
    return [...rows].reverse().map(({ value }) => {
      const row = messageRow.decode(value);
      return viewMessage(row, conversation, outgoing.item(toHex(row.id)), parts.self, parts.directory);
    });
  }

  /** `id`: 16 bytes in hex, for callers that may repeat the call; the same id is the same message. */
  async send(
    conversation: string,
    body: string,
    suite: SuiteName,
    level: Level = 0,
    id?: string,
  ): Promise<string> {
    const { book, outgoing, parts } = this.#session();
    const open = book.get(conversation);
    this.#checkSendable(open, body, suite, level);
    const message = id ?? toHex(timeUuid(this.#now()));
    if (await parts.store.get("identifiers", message)) return message;
    await outgoing.write(open, message, body, suiteNumber(suite), level);
    return message;
  }

  async cancel(message: string): Promise<void> {
    await this.#session().outgoing.cancel(message);
  }

  async retry(message: string, suite?: SuiteName): Promise<void> {
    const { outgoing } = this.#session();
    const item = outgoing.item(message);
    if (suite !== undefined && item)
      this.#checkSendable(item.conversation, item.text, suite, item.level as Level);
    await outgoing.retry(message, suite === undefined ? undefined : suiteNumber(suite));
  }

  async markRead(conversation: string): Promise<void> {
    const session = this.#session();
    await session.markRead(session.book.get(conversation));
  }

  async typing(conversation: string): Promise<void> {
    this.#session().parts.relay.hint(conversation, "typing");
  }

  async price(conversation: string, body: string, suite: SuiteName): Promise<PriceView> {
    const { book, outgoing } = this.#session();
    return priceOf(body, suite, outgoing.isEpochOpen(book.get(conversation)));
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
    const { book, parts } = this.#session();
    const conversation = book.get(id);
    const user = this.#peer(conversation);
    const digits = user === undefined ? undefined : conversationDigits(conversation, parts.self.user, user);
    if (user === undefined || digits === undefined) return null;
    const name = parts.directory.user(user)?.name ?? user;
    return { user, name, digits, verified: this.#isVerified(conversation, user) };
  }

  async setVerified(user: string, verified: boolean): Promise<void> {
    const { book, parts } = this.#session();
    const conversation = book.direct(user);
    const digits = conversation && memberDigits(conversation, user);
    if (verified && digits === undefined) {
      throw new MessengerError("contact.no-device", "this contact has no device to compare yet");
    }
    const value = verified && digits !== undefined ? contactRow.encode({ digits }) : null;
    await parts.store.commit([{ table: "contacts", key: user, value }]);
    if (verified && digits !== undefined) this.#verified.set(user, digits);
    else this.#verified.delete(user);
    this.#events.announce({ type: "conversations" });
  }

  async signCommand(kind: string, args: Readonly<Record<string, string | number | boolean>>): Promise<Bytes> {
    const { parts, certificate } = this.#session();
    const command = {
      nonce: randomUuid(),
      expiry: this.#now() + commandLifetime,
      kind,
      args,
      certificateHash: certificate.hash,
    };
    return await signCommand(command, parts.self.signer);
  }

  subscribe(listener: (event: MessengerEvents) => void): () => void {
    return this.#events.subscribe(listener);
  }

  #checkSendable(conversation: Conversation, body: string, suite: SuiteName, level: Level): void {
    if (!suitesPermitted(level).includes(suite)) {
      throw new MessengerError(
        "level.suite-too-weak",
        `${suite} is not strong enough for this classification`,
        {
          nextStep: "Send it as Unclassified if it is, or wait for the hybrid suites.",
        },
      );
    }
    if (!satisfiesMinimum(suiteNumber(suite), conversation.roster?.suiteMinimum)) {
      throw new MessengerError("suite.below-minimum", "this conversation demands a stronger suite", {
        nextStep: "Choose the one-time pad.",
      });
    }
    const peer = this.#peer(conversation);
    if (peer !== undefined && this.#verified.has(peer) && !this.#isVerified(conversation, peer)) {
      throw new MessengerError(
        "contact.devices-changed",
        "the devices of this verified contact have changed",
        {
          nextStep: "Compare the safety number again, or remove the mark.",
        },
      );
    }
    encodePayload({ kind: payloadKinds.text, body });
  }

  /** The other person of a one-to-one conversation. */
  #peer({ roster }: Conversation): string | undefined {
    if (roster?.members.size !== 2) return undefined;
    return [...roster.members.keys()].find((user) => user !== this.#driver?.identity?.user);
  }

  #isVerified(conversation: Conversation, user: string): boolean {
    const digits = this.#verified.get(user);
    return digits !== undefined && digits === memberDigits(conversation, user);
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
