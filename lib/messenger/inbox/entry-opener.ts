import { type ParsedEnvelope, parseEnvelope } from "../../protocol/envelope.ts";
import { openEpochStart } from "../../protocol/epoch-opening.ts";
import { type ParsedEpochStart, parseEpochStart } from "../../protocol/epoch-start.ts";
import { noteResent, type Opened, openEnvelope } from "../../protocol/opening.ts";
import type { OpeningContext } from "../../protocol/opening-checks.ts";
import { VernamError } from "../../shared/errors.ts";
import { toHex } from "../../shared/hex.ts";
import { isRow } from "../content/content-payload.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import type { ParkedRow } from "../engine/rows.ts";
import type { StoreWrite } from "../store/device-store.ts";
import type { CopyDesk } from "./copy-desk.ts";
import { readKeyed, resentHash } from "./keyed-entry.ts";
import type { LostMessages } from "./lost-messages.ts";
import type { MessageLedger } from "./message-ledger.ts";
import { openingContext } from "./opening-context.ts";
import { Parking } from "./parking.ts";
import { isKeyless, isNotForUs, isPassing, problemOf } from "./problems.ts";
import type { ReceiptDesk } from "./receipt-desk.ts";
import { commitSettled } from "./settled-offset.ts";

/** `parsed` spares decoding again what was just received. */
export type OpenableEntry = ParkedRow & { readonly parsed?: ParsedEnvelope | ParsedEpochStart | undefined };

/** What an opened message changes besides its own row, to be stored with it. */
export type OpenedEffects = (conversation: Conversation, opened: Opened) => readonly StoreWrite[];

/** Opens envelopes and epoch starts: each is opened, shown as unreadable, or parked (stored) until its key comes. */
export class EntryOpener {
  readonly parking: Parking;
  readonly #parts: EngineParts;
  readonly #copies: CopyDesk;
  readonly #receipts: ReceiptDesk;
  readonly #messages: MessageLedger;
  readonly #lost: LostMessages;
  readonly #effects: OpenedEffects;
  #stopped = false;

  constructor(
    parts: EngineParts,
    copies: CopyDesk,
    receipts: ReceiptDesk,
    messages: MessageLedger,
    lost: LostMessages,
    effects: OpenedEffects,
  ) {
    this.#parts = parts;
    this.#copies = copies;
    this.#receipts = receipts;
    this.#messages = messages;
    this.#lost = lost;
    this.#effects = effects;
    this.parking = new Parking(parts, copies, messages, (conversation, entry, key, refusal) =>
      this.open(conversation, entry, key, refusal),
    );
  }

  /**
   * Opens, or shows why not, or parks. `key` names the parked row when this is a further attempt, `refusal` says why
   * its key will never come.
   */
  async open(
    conversation: Conversation,
    entry: OpenableEntry,
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
        if (key !== undefined) await this.parking.stay(conversation, key, entry, error);
        else
          await this.parking.park(conversation, entry, error, (writes) =>
            commitSettled(this.#parts, conversation, entry.seq, writes),
          );
        return;
      }
      if (error instanceof VernamError)
        this.#parts.refused({ conversation: conversation.id, seq: entry.seq, code: error.code });
      if (isNotForUs(error)) {
        this.#forgetKey(entry);
        await commitSettled(this.#parts, conversation, entry.seq, unparkWrite(key));
      } else if (entry.kind === "epoch") {
        // Messages of this epoch each say that they cannot be opened; the start itself is nothing to show.
        this.#forgetKey(entry);
        await commitSettled(this.#parts, conversation, entry.seq, unparkWrite(key));
        void this.parking.retry(conversation);
      } else if (this.#isResent(entry)) {
        await this.#leave(conversation, entry, key);
      } else {
        this.#forgetKey(entry);
        const writes = await this.#messages.unreadable(conversation, entry, problemOf(error));
        await commitSettled(this.#parts, conversation, entry.seq, [...writes, ...unparkWrite(key)]);
        this.#parts.announce({ type: "messages", conversation: conversation.id });
      }
    }
  }

  /** Nobody waits for the key of an entry that was refused: its record hash may be invented, its key used. */
  #forgetKey({ kind, bytes }: ParkedRow): void {
    const keyed = readKeyed(kind, bytes);
    if (keyed) this.#copies.cancel(keyed.recordHash);
  }

  async #openEnvelope(
    conversation: Conversation,
    entry: OpenableEntry,
    key: string | undefined,
  ): Promise<void> {
    const parsed = entry.parsed && "fields" in entry.parsed ? entry.parsed : parseEnvelope(entry.bytes);
    const { resends, senderDevice } = parsed.fields;
    await conversation.facts.prepare(parsed.fields);
    const context = await openingContext(this.#parts, this.#copies, conversation, parsed.fields);
    const lost = await this.#lost.asked(conversation, resends, senderDevice);
    if (resends.length > 0 && !lost) return await this.#note(conversation, entry, key, parsed, context);
    const opened = await openEnvelope(parsed, context);
    const record = context.handedKey(opened.header.drawRecordHash)?.record.bytes;
    const rows = await this.#messages.opened(conversation, entry, opened, record, lost);
    const effects = this.#effects(conversation, opened);
    const writes = [...rows, ...effects, ...unparkWrite(key)];
    const stored = commitSettled(this.#parts, conversation, entry.seq, writes);
    for (const secret of opened.consumed) secret.destroy();
    const { used } = opened.change;
    void stored.then(
      () => {
        if (used) this.#copies.done(used.recordHash);
        this.#receipts.due(conversation);
        this.#parts.announce({ type: "messages", conversation: conversation.id });
        if (isRow(opened.payload.kind))
          this.#parts.opened({ conversation: conversation.id, id: toHex(opened.header.messageId) });
      },
      () => undefined,
    );
    if (key !== undefined || lost) await stored;
    if (lost) void this.parking.retry(conversation);
  }

  #isResent({ kind, bytes }: ParkedRow): boolean {
    const keyed = readKeyed(kind, bytes);
    return keyed !== undefined && resentHash(keyed) !== undefined;
  }

  /** What was sent again cannot be opened either, or is no such thing: the original stays, and says why it did not. */
  async #leave(conversation: Conversation, entry: OpenableEntry, key: string | undefined): Promise<void> {
    try {
      const parsed = parseEnvelope(entry.bytes);
      await conversation.facts.prepare(parsed.fields);
      const context = await openingContext(this.#parts, this.#copies, conversation, parsed.fields);
      await this.#note(conversation, entry, key, parsed, context);
    } catch {
      this.#forgetKey(entry);
      await commitSettled(this.#parts, conversation, entry.seq, unparkWrite(key));
    }
  }

  /** A message that was sent again for another device: its place in the sender's line, and nothing else. */
  async #note(
    conversation: Conversation,
    entry: OpenableEntry,
    key: string | undefined,
    parsed: ParsedEnvelope,
    context: OpeningContext,
  ): Promise<void> {
    const noted = await noteResent(parsed, context);
    this.#forgetKey(entry);
    const writes = [
      ...this.#messages.noted(conversation, noted),
      ...(await this.parking.dropStart(conversation, noted.header.epochId)),
      ...unparkWrite(key),
    ];
    await commitSettled(this.#parts, conversation, entry.seq, writes);
    this.#receipts.due(conversation);
  }

  async #openEpoch(conversation: Conversation, entry: OpenableEntry, key: string | undefined): Promise<void> {
    const parsed = entry.parsed && "value" in entry.parsed ? entry.parsed : parseEpochStart(entry.bytes);
    const { value } = parsed;
    await conversation.facts.loadEpoch(value.epochId);
    await conversation.facts.loadUse(value.drawRecordHash);
    const context = await openingContext(this.#parts, this.#copies, conversation, value);
    const opened = await openEpochStart(parsed, context);
    const record = context.handedKey(value.drawRecordHash)?.record.bytes;
    const rows = conversation.facts.apply(opened.change, 0, record);
    for (const secret of opened.consumed) secret.destroy();
    await commitSettled(this.#parts, conversation, entry.seq, [...rows, ...unparkWrite(key)]);
    this.#copies.done(value.drawRecordHash);
    void this.parking.retry(conversation);
  }

  stop(): void {
    this.#stopped = true;
    this.parking.stop();
  }
}

function unparkWrite(key: string | undefined): StoreWrite[] {
  return key === undefined ? [] : [{ table: "parked", key, value: null }];
}
