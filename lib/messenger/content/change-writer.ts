import { type Payload, payloadKinds } from "../../protocol/payload.ts";
import { checkTarget } from "../../protocol/payload-rules.ts";
import type { Suite } from "../../protocol/suites.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import type { ChangeRequest } from "../api/content.ts";
import type { Conversation } from "../engine/conversation.ts";
import { type MessageRow, messageRow } from "../engine/rows.ts";
import { MessengerError } from "../messenger-error.ts";
import type { DeviceStore } from "../store/device-store.ts";
import type { StoredMessage } from "./change-desk.ts";
import { kindOfRow } from "./change-desk.ts";
import type { ContentDesk } from "./content-desk.ts";

/** A change as the outbox takes it: suite and level are its target's. */
export interface WrittenChange {
  readonly conversation: Conversation;
  readonly payload: Payload;
  readonly suite: Suite;
  readonly level: number;
}

export interface ChangeWriterOptions {
  readonly store: DeviceStore;
  readonly desk: ContentDesk;
  readonly user: Bytes;
  /** @throws MessengerError "conversation.unknown" */
  readonly conversation: (id: string) => Conversation;
  /** What a conversation's messages go in when nothing was written in it yet. */
  readonly suiteFor: (conversation: Conversation) => Suite;
}

/** Writes edits, deletes, reactions and timers: ordinary messages about others. */
export class ChangeWriter {
  readonly #options: ChangeWriterOptions;

  constructor(options: ChangeWriterOptions) {
    this.#options = options;
  }

  /** @throws ProtocolError payload.*; MessengerError "message.unknown", "change.not-sent" */
  async write(request: ChangeRequest): Promise<WrittenChange> {
    if (request.kind === "timer") return await this.#timer(request.conversation, request.seconds ?? 0);
    const { row, content, key } = await this.#target(request.message);
    const target = row.hash;
    if (target === undefined) throw notSent();
    const payload = this.#payload(request, target, content.reactions);
    const { user, conversation } = this.#options;
    checkTarget(payload, user, { user: row.senderUser, kind: kindOfRow(row), deleted: content.deleted });
    return {
      conversation: conversation(key.slice(0, 32)),
      payload,
      suite: row.suite as Suite,
      level: row.level,
    };
  }

  /** The envelope hash of a message, for replies and acknowledgements. @throws as `write` */
  async hashOf(message: string): Promise<Bytes> {
    const { row } = await this.#target(message);
    if (row.hash === undefined) throw notSent();
    return row.hash;
  }

  #payload(
    request: Exclude<ChangeRequest, { kind: "timer" }>,
    target: Bytes,
    reactions: readonly { readonly user: Bytes; readonly emoji: string; readonly on: boolean }[],
  ): Payload {
    if (request.kind === "edit") return { kind: payloadKinds.edit, body: { target, text: request.text } };
    if (request.kind === "remove") return { kind: payloadKinds.delete, body: { target } };
    const own = reactions.find(({ user, on }) => on && equalBytes(user, this.#options.user));
    const emoji = request.emoji ?? own?.emoji;
    if (emoji === undefined) throw new MessengerError("change.nothing", "there is no reaction to take back");
    return { kind: payloadKinds.reaction, body: { target, emoji, on: request.emoji !== null } };
  }

  async #timer(id: string, seconds: number): Promise<WrittenChange> {
    const conversation = this.#options.conversation(id);
    const newest = await this.#newest(id);
    const suite = newest && newest.suite > 0 ? (newest.suite as Suite) : this.#options.suiteFor(conversation);
    return {
      conversation,
      payload: { kind: payloadKinds.timer, body: { seconds } },
      suite,
      level: newest?.level ?? 0,
    };
  }

  async #newest(conversation: string): Promise<MessageRow | undefined> {
    const query = { prefix: `${conversation}/`, reverse: true, limit: 1 };
    const [entry] = await this.#options.store.range("messages", query);
    return entry && messageRow.decode(entry.value);
  }

  async #target(message: string): Promise<StoredMessage> {
    const { store, desk } = this.#options;
    const key = await store.get("identifiers", message);
    const found = key && (await desk.changes.read(new TextDecoder().decode(key)));
    if (found) return found;
    throw new MessengerError("message.unknown", "there is no such message here");
  }
}

function notSent(): MessengerError {
  return new MessengerError("change.not-sent", "the message has not left this device yet", {
    nextStep: "Cancel it, or wait until it is sent.",
  });
}
