import { applyRosterEvent, type Roster, rosterAt } from "../../protocol/roster.ts";
import { usesPad } from "../../protocol/suites.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import type { ContentDesk } from "../content/content-desk.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import type { IncomingEntry } from "../relay/relay-port.ts";
import type { StoreWrite } from "../store/device-store.ts";
import type { CopyDesk } from "./copy-desk.ts";
import { EntryOpener, type OpenedEffects } from "./entry-opener.ts";
import { type KeyedEntry, readKeyed, resentHash } from "./keyed-entry.ts";
import { LogReader } from "./log-reader.ts";
import type { LostMessages } from "./lost-messages.ts";
import { MessageLedger } from "./message-ledger.ts";
import { isPassing } from "./problems.ts";
import type { ReceiptDesk } from "./receipt-desk.ts";
import { advance, commitSettled } from "./settled-offset.ts";

/** How long an entry whose key is not here holds back the ones after it, so that the order on screen stays. */
const patienceMs = 1500;

export interface InboxHooks {
  /** The relay has this own envelope or epoch start: the acknowledgement may have been lost. */
  ownEntry(conversation: Conversation, hash: Bytes, seq: number): boolean;
  rosterChanged(conversation: Conversation): void;
  /** The row that tells of a membership event; `before` is the membership until then. */
  told(conversation: Conversation, before: Roster | undefined, event: Bytes): StoreWrite;
  /** Somebody asks for a message again: what is stored with the request's place in the log. */
  asked(conversation: Conversation, request: Bytes): Promise<readonly StoreWrite[]>;
  answered(conversation: Conversation): void;
  /** What an opened message changes besides its own row, to be stored with it. */
  readonly effects: OpenedEffects;
}

/**
 * Receives a conversation's entries in the relay's order, from the stored offset on. Every entry is settled exactly
 * once: opened, shown as unreadable, or parked (stored) until its key comes.
 */
export class Inbox {
  readonly #parts: EngineParts;
  readonly #copies: CopyDesk;
  readonly #hooks: InboxHooks;
  readonly #lost: LostMessages;
  readonly #reader: LogReader;
  readonly #opener: EntryOpener;
  #stopped = false;

  constructor(
    parts: EngineParts,
    copies: CopyDesk,
    receipts: ReceiptDesk,
    content: ContentDesk,
    lost: LostMessages,
    hooks: InboxHooks,
  ) {
    this.#parts = parts;
    this.#copies = copies;
    this.#hooks = hooks;
    this.#lost = lost;
    this.#reader = new LogReader(parts.relay, (conversation, entry, eager) =>
      this.#enqueue(conversation, entry, eager),
    );
    const messages = new MessageLedger(parts, receipts, content, lost);
    this.#opener = new EntryOpener(parts, copies, receipts, messages, lost, hooks.effects);
  }

  /** Takes up what an earlier start left parked. */
  async load(conversation: Conversation): Promise<void> {
    this.#reader.restart(conversation);
    await this.#opener.parking.load(conversation);
  }

  /** An entry the relay sent by itself. */
  entry(conversation: Conversation, entry: IncomingEntry): void {
    this.#reader.entry(conversation, entry);
  }

  /** The relay has an own entry under this number, and does not send it back to this connection. */
  carried(conversation: Conversation, seq: number): void {
    this.#reader.carried(conversation, seq);
  }

  /** Reads everything after what is known. Resolves when all of it was settled or parked, or the connection went. */
  catchUp(conversation: Conversation): Promise<void> {
    return this.#reader.catchUp(conversation);
  }

  /** Tries parked entries again: certificates or membership may have come. */
  async retryParked(conversation: Conversation): Promise<void> {
    await this.#opener.parking.retry(conversation);
  }

  stop(): void {
    this.#stopped = true;
    this.#reader.stop();
    this.#opener.stop();
  }

  #enqueue(conversation: Conversation, entry: IncomingEntry, eager: boolean): void {
    const keyed = entry.kind === "roster" ? undefined : readKeyed(entry.kind, entry.bytes);
    if (keyed && this.#hooks.ownEntry(conversation, keyed.parsed.hash, entry.seq)) {
      this.#reader.passOwn(conversation, entry.seq);
      return;
    }
    if (keyed) this.#askKey(conversation, entry.kind, keyed, eager);
    const arrived = this.#parts.now();
    void conversation.queue
      .run(() => this.#settle(conversation, entry, keyed, arrived))
      .catch(this.#parts.fail);
  }

  /** Starts fetching the key while entries before this one are still being settled. */
  #askKey(conversation: Conversation, kind: IncomingEntry["kind"], keyed: KeyedEntry, eager: boolean): void {
    const foreign =
      !this.#isForAnother(conversation, keyed) &&
      !equalBytes(keyed.header.senderDevice, this.#parts.self.deviceBytes);
    if (foreign && (kind === "epoch" || usesPad(keyed.header.suite)))
      void this.#copies.obtain(keyed.recordHash, keyed.at, eager);
  }

  async #settle(
    conversation: Conversation,
    entry: IncomingEntry,
    keyed: KeyedEntry | undefined,
    arrived: number,
  ): Promise<void> {
    if (this.#stopped || entry.seq !== conversation.progress.cursor + 1) return;
    if (entry.kind === "roster") return await this.#settleRoster(conversation, entry);
    if (entry.kind === "resend") return await this.#settleRequest(conversation, entry);
    const header = keyed?.header;
    if (keyed && header && equalBytes(header.senderDevice, this.#parts.self.deviceBytes)) {
      if (await this.#isOwnKnown(conversation, keyed)) return advance(conversation, entry.seq);
    }
    if (keyed && header && !this.#concerns(conversation, header.rosterHead)) {
      return advance(conversation, entry.seq);
    }
    const inTime = keyed !== undefined && !this.#isForAnother(conversation, keyed);
    if (inTime && (entry.kind === "epoch" || usesPad(keyed.header.suite)))
      await this.#patience(conversation, keyed, arrived);
    const { kind, seq, bytes } = entry;
    await this.#opener.open(conversation, { kind, seq, ordinal: 0, bytes, parsed: keyed?.parsed }, undefined);
  }

  async #isOwnKnown(conversation: Conversation, keyed: KeyedEntry): Promise<boolean> {
    if ("fields" in keyed.parsed) return await conversation.facts.knows(keyed.parsed.hash);
    return true;
  }

  /** Sent again, and not because this device asked: its key went to another one. */
  #isForAnother(conversation: Conversation, keyed: KeyedEntry): boolean {
    const resends = resentHash(keyed);
    return resends !== undefined && !this.#lost.isAsked(conversation, resends);
  }

  async #settleRequest(conversation: Conversation, entry: IncomingEntry): Promise<void> {
    const writes = await this.#hooks.asked(conversation, entry.bytes);
    if (writes.length === 0) return advance(conversation, entry.seq);
    const stored = commitSettled(this.#parts, conversation, entry.seq, writes);
    this.#hooks.answered(conversation);
    await stored;
  }

  /** Whether this device was a member under that head; unknown heads might be news that is still to come. */
  #concerns(conversation: Conversation, head: Bytes): boolean {
    const roster = rosterAt(conversation.roster, head);
    return roster === undefined || roster.devices.has(this.#parts.self.device);
  }

  async #patience({ facts }: Conversation, { recordHash, at }: KeyedEntry, arrived: number): Promise<void> {
    if (this.#copies.peek(recordHash) || !this.#parts.gateway.connected) return;
    // A key that was used does not come again: this is a replay, or forged after a message that was read.
    if (await facts.loadUse(recordHash)) return;
    const left = arrived + patienceMs - this.#parts.now();
    if (left <= 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, left);
    });
    await Promise.race([this.#copies.obtain(recordHash, at, true).then(nothing, nothing), late]);
    clearTimeout(timer);
  }

  async #settleRoster(conversation: Conversation, entry: IncomingEntry): Promise<void> {
    const before = conversation.roster;
    try {
      const resolve = (hash: Bytes) => this.#parts.directory.certificate(hash);
      conversation.roster = await applyRosterEvent(conversation.roster, entry.bytes, resolve);
    } catch (error) {
      if (isPassing(error)) {
        // Nothing after it can be judged without it: start again from here with the next connection.
        this.#reader.restart(conversation);
        return;
      }
      // An invalid event changes no membership; the relay should not have taken it.
      await commitSettled(this.#parts, conversation, entry.seq, []);
      return;
    }
    const key = `${conversation.id}/${entry.seq.toString(16).padStart(10, "0")}`;
    const told = this.#hooks.told(conversation, before, entry.bytes);
    await commitSettled(this.#parts, conversation, entry.seq, [
      { table: "rosters", key, value: entry.bytes },
      told,
    ]);
    this.#hooks.rosterChanged(conversation);
    this.#parts.announce({ type: "conversations", conversation: conversation.id });
    if (conversation.roster && conversation.roster.length > 1) void this.retryParked(conversation);
  }
}

/** For promises whose failure is told elsewhere. */
function nothing(): undefined {
  return undefined;
}
