import { type Payload, payloadKinds } from "../../protocol/payload.ts";
import type { RosterChange, RosterMemberEntry } from "../../protocol/roster-event.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { randomUuid } from "../../shared/uuid.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { ConversationBook } from "../engine/conversation-book.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { MessengerError } from "../messenger-error.ts";
import type { SendDesk } from "../outbox/send-desk.ts";
import { RelayRefused } from "../relay/relay-refused.ts";
import type { TimelineLedger } from "./timeline-ledger.ts";

/** How often a change is tried again when another membership event came first. */
const attempts = 5;

export interface GroupDeskOptions {
  readonly parts: EngineParts;
  readonly book: ConversationBook;
  /** Resolves when the relay's entries of this conversation are settled here. */
  readonly refresh: (conversation: Conversation) => Promise<void>;
  readonly sending: SendDesk;
  readonly timeline: TimelineLedger;
}

/**
 * Conversations of several: each change of membership is one signed event on the roster's head. When a call resolves
 * the change is in force here, so the next message goes to the new membership only.
 */
export class GroupDesk {
  readonly #parts: EngineParts;
  readonly #book: ConversationBook;
  readonly #refresh: (conversation: Conversation) => Promise<void>;
  readonly #sending: SendDesk;
  readonly #timeline: TimelineLedger;

  constructor(options: GroupDeskOptions) {
    this.#parts = options.parts;
    this.#book = options.book;
    this.#refresh = options.refresh;
    this.#sending = options.sending;
    this.#timeline = options.timeline;
  }

  /** @throws MessengerError "group.too-few", "group.no-title", "contact.unknown", "contact.two-sites", relay.* */
  async create(title: string, users: readonly string[]): Promise<string> {
    const { self } = this.#parts;
    const others = [...new Set(users)].filter((user) => user !== self.user);
    if (others.length === 0) throw new MessengerError("group.too-few", "a group needs somebody else");
    const named = cleanTitle(title);
    const members = await Promise.all([
      this.#book.memberEntry(self.user, true),
      ...others.map((user) => this.#book.memberEntry(user, false)),
    ]);
    const conversation = this.#book.ensure(toHex(randomUuid()));
    await this.#book.append(conversation, { kind: "create", members, title: named });
    await this.#refresh(conversation);
    return conversation.id;
  }

  /** Those who are members already stay as they are. @throws MessengerError "group.not-moderator", … */
  async addMembers(conversation: Conversation, users: readonly string[]): Promise<void> {
    for (const user of new Set(users)) {
      const member: RosterMemberEntry = await this.#book.memberEntry(user, false);
      await this.#change(conversation, ({ roster }) => {
        this.#requireModerator(conversation);
        return roster?.members.has(user) ? undefined : { kind: "add", member };
      });
    }
  }

  /** @throws MessengerError "group.not-moderator", "group.last-moderator" */
  async removeMember(conversation: Conversation, user: string): Promise<void> {
    if (user === this.#parts.self.user) return await this.leave(conversation);
    await this.#change(conversation, ({ roster }) => {
      this.#requireModerator(conversation);
      return roster?.members.has(user) ? { kind: "remove", user: fromHex(user) } : undefined;
    });
  }

  /** @throws MessengerError "group.last-moderator" while others are members and none of them is a moderator */
  async leave(conversation: Conversation): Promise<void> {
    const { self } = this.#parts;
    await this.#change(conversation, ({ roster }) => {
      if (!roster?.members.has(self.user)) return undefined;
      if (roster.members.size > 1) this.#requireOtherModerator(conversation, self.user);
      return { kind: "remove", user: self.userBytes };
    });
  }

  /** @throws MessengerError "group.not-moderator", "group.last-moderator", "group.no-member" */
  async setModerator(conversation: Conversation, user: string, on: boolean): Promise<void> {
    await this.#change(conversation, ({ roster }) => {
      this.#requireModerator(conversation);
      const member = roster?.members.get(user);
      if (!member) throw new MessengerError("group.no-member", "that person is not a member");
      if (!on) this.#requireOtherModerator(conversation, user);
      return member.moderator === on ? undefined : { kind: "role", user: fromHex(user), moderator: on };
    });
  }

  /** An ordinary message: the relay does not learn the new title. @throws MessengerError "group.not-moderator" */
  async rename(conversation: Conversation, title: string): Promise<void> {
    this.#requireModerator(conversation);
    const text = cleanTitle(title);
    const payload: Payload = { kind: payloadKinds.title, body: { title: text } };
    await this.#sending.send(conversation, payload, this.#sending.ordinarySuite(conversation), 0);
    const { self, now, store, announce } = this.#parts;
    const setting = { kind: "renamed", at: now(), actor: self.userBytes, text } as const;
    await store.commit([this.#timeline.setting(conversation, setting), conversation.progressWrite()]);
    announce({ type: "conversations", conversation: conversation.id });
  }

  /**
   * Appends what `make` says of the membership as it is now, again when another event came first. Nothing is done
   * when it says nothing.
   */
  async #change(
    conversation: Conversation,
    make: (conversation: Conversation) => RosterChange | undefined,
  ): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const change = make(conversation);
      if (!change) return;
      try {
        await this.#book.append(conversation, change);
      } catch (error) {
        const raced = error instanceof RelayRefused && error.code === "roster.conflict";
        if (!raced || attempt >= attempts) throw error;
      }
      // Looked at once more: a relay that takes a removal and does not give it back has removed nobody here.
      await this.#refresh(conversation);
      if (attempt > attempts) throw withheld();
    }
  }

  #requireModerator({ roster }: Conversation): void {
    if (roster?.members.get(this.#parts.self.user)?.moderator) return;
    throw new MessengerError("group.not-moderator", "only a moderator may do this", {
      nextStep: "Ask a moderator of this conversation.",
    });
  }

  #requireOtherModerator({ roster }: Conversation, user: string): void {
    const others = [...(roster?.members ?? [])].filter(([id, { moderator }]) => moderator && id !== user);
    if (others.length > 0) return;
    throw new MessengerError("group.last-moderator", "the conversation would be left without a moderator", {
      nextStep: "Make another member a moderator first.",
    });
  }
}

function withheld(): MessengerError {
  return new MessengerError("group.not-changed", "the relay does not give the change of membership back", {
    nextStep: "Try again; until then the membership is as it was.",
  });
}

function cleanTitle(title: string): string {
  const clean = title.trim().replace(/\s+/g, " ");
  if (clean.length > 0 && clean.length <= 120) return clean;
  throw new MessengerError("group.no-title", "a group needs a title of at most 120 characters");
}
