import { type ParsedEnvelope, parseEnvelope } from "../../protocol/envelope.ts";
import { openEpochStart } from "../../protocol/epoch-opening.ts";
import { type ParsedEpochStart, parseEpochStart } from "../../protocol/epoch-start.ts";
import type { Header } from "../../protocol/header.ts";
import { noteResent, type Opened, openEnvelope } from "../../protocol/opening.ts";
import type { HandedKey, OpeningContext } from "../../protocol/opening-checks.ts";
import { relayBytes } from "../../protocol/relay-events.ts";
import { applyRosterEvent, type Roster, rosterAt } from "../../protocol/roster.ts";
import { usesPad } from "../../protocol/suites.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { VernamError } from "../../shared/errors.ts";
import { toHex } from "../../shared/hex.ts";
import type { ContentDesk } from "../content/content-desk.ts";
import { isRow } from "../content/content-payload.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import type { ParkedRow } from "../engine/rows.ts";
import type { IncomingEntry } from "../relay/relay-port.ts";
import type { StoreWrite } from "../store/device-store.ts";
import type { CopyDesk } from "./copy-desk.ts";
import { type KeyedEntry, readKeyed, resentHash } from "./keyed-entry.ts";
import type { LostMessages } from "./lost-messages.ts";
import { MessageLedger } from "./message-ledger.ts";
import { Parking } from "./parking.ts";
import { isKeyless, isNotForUs, isPassing, passOn, problemOf } from "./problems.ts";
import type { ReceiptDesk } from "./receipt-desk.ts";

/** How long an entry whose key is not here holds back the ones after it, so that the order on screen stays. */
const patienceMs = 1500;
const readLimit = 200;

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
  effects(conversation: Conversation, opened: Opened): readonly StoreWrite[];
}

/** `parsed` spares decoding again what was just received. */
type Entry = ParkedRow & { readonly parsed?: ParsedEnvelope | ParsedEpochStart | undefined };

/**
 * Receives a conversation's entries in the relay's order, from the stored offset on. Every entry is settled exactly
 * once: opened, shown as unreadable, or parked (stored) until its key comes.
 */
export class Inbox {
  readonly #parts: EngineParts;
  readonly #copies: CopyDesk;
  readonly #receipts: ReceiptDesk;
  readonly #hooks: InboxHooks;
  readonly #messages: MessageLedger;
  readonly #fetched = new Map<string, number>();
  readonly #reading = new Map<string, Promise<void>>();
  /** The highest entry the relay spoke of while older ones were being read. */
  readonly #announced = new Map<string, number>();
  readonly #parking: Parking;
  readonly #lost: LostMessages;
  #stopped = false;

  constructor(
    parts: EngineParts,
    copies: CopyDesk,
    receipts: ReceiptDesk,
    content: ContentDesk,
    lost: LostMessages,
    hooks: InboxHooks,
  ) {
    this.#lost = lost;
    this.#parts = parts;
    this.#copies = copies;
    this.#receipts = receipts;
    this.#hooks = hooks;
    this.#messages = new MessageLedger(parts, receipts, content, lost);
    this.#parking = new Parking(parts, copies, this.#messages, (conversation, entry, key, refusal) =>
      this.#open(conversation, entry, key, refusal),
    );
  }

  /** Takes up what an earlier start left parked. */
  async load(conversation: Conversation): Promise<void> {
    this.#fetched.set(conversation.id, conversation.progress.cursor);
    await this.#parking.load(conversation);
  }

  /** An entry the relay sent by itself. */
  entry(conversation: Conversation, entry: IncomingEntry): void {
    const fetched = this.#fetched.get(conversation.id) ?? conversation.progress.cursor;
    if (entry.seq <= fetched || this.#stopped) return;
    if (entry.seq === fetched + 1 && !this.#reading.has(conversation.id)) {
      this.#enqueue(conversation, entry, false);
      return;
    }
    this.#missed(conversation, entry.seq);
  }

  /** The relay has an own entry under this number, and does not send it back to this connection. */
  carried(conversation: Conversation, seq: number): void {
    const fetched = this.#fetched.get(conversation.id) ?? conversation.progress.cursor;
    if (seq <= fetched || this.#stopped) return;
    if (seq > fetched + 1 || this.#reading.has(conversation.id)) this.#missed(conversation, seq);
    else this.#passOwn(conversation, seq);
  }

  #missed(conversation: Conversation, seq: number): void {
    this.#announced.set(conversation.id, Math.max(seq, this.#announced.get(conversation.id) ?? 0));
    void this.catchUp(conversation);
  }

  /** Its row is written already; the offset is stored with the next entry that has something to store. */
  #passOwn(conversation: Conversation, seq: number): void {
    this.#fetched.set(conversation.id, seq);
    void conversation.queue.run(async () => this.#advance(conversation, seq));
  }

  /** Reads everything after what is known. Resolves when all of it was settled or parked, or the connection went. */
  catchUp(conversation: Conversation): Promise<void> {
    let reading = this.#reading.get(conversation.id);
    if (!reading) {
      // Failing means the connection went: the next one starts from the stored offset again.
      reading = this.#read(conversation).catch(nothing);
      this.#reading.set(conversation.id, reading);
    }
    return reading;
  }

  async #read(conversation: Conversation): Promise<void> {
    try {
      await this.#readToHead(conversation);
    } finally {
      // In the same turn as the last look at the head: news after it starts a new reading.
      this.#reading.delete(conversation.id);
    }
  }

  async #readToHead(conversation: Conversation): Promise<void> {
    let failed = 0;
    while (!this.#stopped) {
      const after = this.#fetched.get(conversation.id) ?? conversation.progress.cursor;
      const { entries, head } = await this.#parts.relay.ask("entry:read", {
        conversation: conversation.id,
        after,
        limit: readLimit,
      });
      for (const [i, { seq, kind, bytes }] of entries.entries()) {
        if (seq !== after + 1 + i) break;
        this.#enqueue(
          conversation,
          { conversation: conversation.id, seq, kind, bytes: relayBytes(bytes) },
          true,
        );
      }
      await conversation.queue.idle();
      const fetched = this.#fetched.get(conversation.id) ?? 0;
      if (fetched >= Math.max(head, this.#announced.get(conversation.id) ?? 0)) return;
      // A relay that speaks of entries it does not give: not asked for ever.
      if (fetched === after && ++failed > 2) return;
    }
  }

  /** Tries parked entries again: certificates or membership may have come. */
  async retryParked(conversation: Conversation): Promise<void> {
    await this.#parking.retry(conversation);
  }

  stop(): void {
    this.#stopped = true;
    this.#parking.stop();
  }

  #enqueue(conversation: Conversation, entry: IncomingEntry, eager: boolean): void {
    this.#fetched.set(conversation.id, entry.seq);
    const keyed = entry.kind === "roster" ? undefined : readKeyed(entry.kind, entry.bytes);
    if (keyed && this.#hooks.ownEntry(conversation, keyed.parsed.hash, entry.seq)) {
      this.#passOwn(conversation, entry.seq);
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
      if (await this.#isOwnKnown(conversation, keyed)) return this.#advance(conversation, entry.seq);
    }
    if (keyed && header && !this.#concerns(conversation, header.rosterHead)) {
      return this.#advance(conversation, entry.seq);
    }
    const inTime = keyed !== undefined && !this.#isForAnother(conversation, keyed);
    if (inTime && (entry.kind === "epoch" || usesPad(keyed.header.suite)))
      await this.#patience(conversation, keyed, arrived);
    const { kind, seq, bytes } = entry;
    await this.#open(conversation, { kind, seq, ordinal: 0, bytes, parsed: keyed?.parsed }, undefined);
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
    if (writes.length === 0) return this.#advance(conversation, entry.seq);
    const stored = this.#commit(conversation, entry.seq, writes);
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

  /**
   * Opens, or shows why not, or parks. `key` names the parked row when this is a further attempt, `refusal` says why
   * its key will never come.
   */
  async #open(
    conversation: Conversation,
    entry: Entry,
    key: string | undefined,
    refusal?: unknown,
  ): Promise<void> {
    try {
      if (entry.kind === "epoch") await this.#openEpoch(conversation, entry, key);
      else await this.#openEnvelope(conversation, entry, key);
    } catch (failure) {
      // A stop takes the keys away under the opening: that says nothing of the entry, which is read again next time.
      if (this.#stopped) return;
      const error = isKeyless(failure) ? (refusal ?? failure) : failure;
      if (isPassing(error)) {
        if (key !== undefined) await this.#parking.stay(conversation, key, entry, error);
        else
          await this.#parking.park(conversation, entry, error, (writes) =>
            this.#commit(conversation, entry.seq, writes),
          );
        return;
      }
      if (error instanceof VernamError)
        this.#parts.refused({ conversation: conversation.id, seq: entry.seq, code: error.code });
      if (isNotForUs(error)) {
        this.#forgetKey(entry);
        await this.#commit(conversation, entry.seq, this.#unparkWrite(key));
      } else if (entry.kind === "epoch") {
        // Messages of this epoch each say that they cannot be opened; the start itself is nothing to show.
        this.#forgetKey(entry);
        await this.#commit(conversation, entry.seq, this.#unparkWrite(key));
        void this.retryParked(conversation);
      } else if (this.#isResent(entry)) {
        await this.#leave(conversation, entry, key);
      } else {
        this.#forgetKey(entry);
        const writes = await this.#messages.unreadable(conversation, entry, problemOf(error));
        await this.#commit(conversation, entry.seq, [...writes, ...this.#unparkWrite(key)]);
        this.#parts.announce({ type: "messages", conversation: conversation.id });
      }
    }
  }

  /** Nobody waits for the key of an entry that was refused: its record hash may be invented, its key used. */
  #forgetKey({ kind, bytes }: ParkedRow): void {
    const keyed = readKeyed(kind, bytes);
    if (keyed) this.#copies.cancel(keyed.recordHash);
  }

  async #openEnvelope(conversation: Conversation, entry: Entry, key: string | undefined): Promise<void> {
    const parsed = entry.parsed && "fields" in entry.parsed ? entry.parsed : parseEnvelope(entry.bytes);
    const { resends, senderDevice } = parsed.fields;
    await conversation.facts.prepare(parsed.fields);
    const context = await this.#context(conversation, parsed.fields);
    const lost = await this.#lost.asked(conversation, resends, senderDevice);
    if (resends.length > 0 && !lost) return await this.#note(conversation, entry, key, parsed, context);
    const opened = await openEnvelope(parsed, context);
    const record = this.#copies.peek(opened.header.drawRecordHash)?.record.bytes;
    const rows = await this.#messages.opened(conversation, entry, opened, record, lost);
    const effects = this.#hooks.effects(conversation, opened);
    const writes = [...rows, ...effects, ...this.#unparkWrite(key)];
    const stored = this.#commit(conversation, entry.seq, writes);
    for (const secret of opened.consumed) secret.destroy();
    const { used } = opened.change;
    void stored.then(() => {
      if (used) this.#copies.done(used.recordHash);
      this.#receipts.due(conversation);
      this.#parts.announce({ type: "messages", conversation: conversation.id });
      if (isRow(opened.payload.kind))
        this.#parts.opened({ conversation: conversation.id, id: toHex(opened.header.messageId) });
    }, nothing);
    if (key !== undefined || lost) await stored;
    if (lost) void this.retryParked(conversation);
  }

  #isResent({ kind, bytes }: ParkedRow): boolean {
    const keyed = readKeyed(kind, bytes);
    return keyed !== undefined && resentHash(keyed) !== undefined;
  }

  /** What was sent again cannot be opened either, or is no such thing: the original stays, and says why it did not. */
  async #leave(conversation: Conversation, entry: Entry, key: string | undefined): Promise<void> {
    try {
      const parsed = parseEnvelope(entry.bytes);
      await conversation.facts.prepare(parsed.fields);
      const context = await this.#context(conversation, parsed.fields);
      await this.#note(conversation, entry, key, parsed, context);
    } catch {
      this.#forgetKey(entry);
      await this.#commit(conversation, entry.seq, this.#unparkWrite(key));
    }
  }

  /** A message that was sent again for another device: its place in the sender's line, and nothing else. */
  async #note(
    conversation: Conversation,
    entry: Entry,
    key: string | undefined,
    parsed: ParsedEnvelope,
    context: OpeningContext,
  ): Promise<void> {
    const noted = await noteResent(parsed, context);
    this.#forgetKey(entry);
    const writes = [
      ...this.#messages.noted(conversation, noted),
      ...(await this.#parking.dropStart(conversation, noted.header.epochId)),
      ...this.#unparkWrite(key),
    ];
    await this.#commit(conversation, entry.seq, writes);
    this.#receipts.due(conversation);
  }

  async #openEpoch(conversation: Conversation, entry: Entry, key: string | undefined): Promise<void> {
    const parsed = entry.parsed && "value" in entry.parsed ? entry.parsed : parseEpochStart(entry.bytes);
    const { value } = parsed;
    await conversation.facts.loadEpoch(value.epochId);
    await conversation.facts.loadUse(value.drawRecordHash);
    const context = await this.#context(conversation, value);
    const opened = await openEpochStart(parsed, context);
    const record = this.#copies.peek(value.drawRecordHash)?.record.bytes;
    const rows = conversation.facts.apply(opened.change, 0, record);
    for (const secret of opened.consumed) secret.destroy();
    await this.#commit(conversation, entry.seq, [...rows, ...this.#unparkWrite(key)]);
    this.#copies.done(value.drawRecordHash);
    void this.retryParked(conversation);
  }

  /** @throws MessengerError relay.* when the relay cannot be asked now for a certificate that is not here. */
  async #context(
    conversation: Conversation,
    claims: Pick<Header, "suite" | "senderDevice" | "drawRecordHash" | "epochId">,
  ): Promise<OpeningContext> {
    const { directory, self, now } = this.#parts;
    const { roster, facts } = conversation;
    if (!roster) throw new Error("an entry came before the conversation's membership");
    const { suite, senderDevice, drawRecordHash, epochId } = claims;
    const inEpoch = usesPad(suite) ? undefined : facts.epoch(epochId)?.drawnAt;
    const drawnAt = inEpoch ?? this.#copies.peek(drawRecordHash)?.record.value.drawnAt;
    const user = conversation.holder(senderDevice);
    if (user && !directory.covers(senderDevice, user, drawnAt ?? now()))
      await directory.devicesOf(toHex(user), drawnAt).catch(passOn);
    return {
      conversation: conversation.idBytes,
      self: self.deviceBytes,
      now: now(),
      certificates: directory.certificates,
      roster,
      handedKey: (hash: Bytes): HandedKey | undefined => this.#copies.peek(hash),
      receiver: conversation.facts,
      sealingSeeds: this.#parts.sealingSeeds,
      policy: this.#parts.readingPolicy(),
      revocations: this.#parts.revocations(),
    };
  }

  async #settleRoster(conversation: Conversation, entry: IncomingEntry): Promise<void> {
    const before = conversation.roster;
    try {
      const resolve = (hash: Bytes) => this.#parts.directory.certificate(hash);
      conversation.roster = await applyRosterEvent(conversation.roster, entry.bytes, resolve);
    } catch (error) {
      if (isPassing(error)) {
        // Nothing after it can be judged without it: start again from here with the next connection.
        this.#fetched.set(conversation.id, conversation.progress.cursor);
        return;
      }
      // An invalid event changes no membership; the relay should not have taken it.
      await this.#commit(conversation, entry.seq, []);
      return;
    }
    const key = `${conversation.id}/${entry.seq.toString(16).padStart(10, "0")}`;
    const told = this.#hooks.told(conversation, before, entry.bytes);
    await this.#commit(conversation, entry.seq, [{ table: "rosters", key, value: entry.bytes }, told]);
    this.#hooks.rosterChanged(conversation);
    this.#parts.announce({ type: "conversations", conversation: conversation.id });
    if (conversation.roster && conversation.roster.length > 1) void this.retryParked(conversation);
  }

  #unparkWrite(key: string | undefined): StoreWrite[] {
    return key === undefined ? [] : [{ table: "parked", key, value: null }];
  }

  /** Settled with nothing to store. */
  #advance(conversation: Conversation, seq: number): void {
    const { progress } = conversation;
    if (seq === progress.cursor + 1) conversation.progress = { ...progress, cursor: seq };
  }

  /** The entry is settled: its rows and the new offset, all or nothing. */
  #commit(conversation: Conversation, seq: number, writes: readonly StoreWrite[]): Promise<void> {
    const cursor = Math.max(seq, conversation.progress.cursor);
    conversation.progress = { ...conversation.progress, cursor };
    const stored = this.#parts.store.commit([...writes, conversation.progressWrite()]);
    stored.catch(this.#parts.fail);
    return stored;
  }
}

/** For promises whose failure is told elsewhere. */
function nothing(): undefined {
  return undefined;
}
