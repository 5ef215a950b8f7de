import { parseEnvelope } from "../../protocol/envelope.ts";
import type { Header } from "../../protocol/header.ts";
import type { Noted, Opened } from "../../protocol/opening.ts";
import { encodePayload, type Payload, payloadKinds, payloadText } from "../../protocol/payload.ts";
import { usesPad } from "../../protocol/suites.ts";
import { type Bytes, equalBytes, utf8 } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import { randomUuid } from "../../shared/uuid.ts";
import type { ContentDesk } from "../content/content-desk.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { type MessageRow, messageRow, ordinalKey, type ParkedRow } from "../engine/rows.ts";
import type { StoreWrite } from "../store/device-store.ts";
import type { Lost, LostMessages } from "./lost-messages.ts";
import type { Problem } from "./problems.ts";
import type { ReceiptDesk } from "./receipt-desk.ts";

const noId: Bytes = new Uint8Array(0);

/** Makes the rows of received messages: opened, waiting for their key, or unreadable. */
export class MessageLedger {
  readonly #parts: EngineParts;
  readonly #receipts: ReceiptDesk;
  readonly #content: ContentDesk;
  readonly #lost: LostMessages;

  constructor(parts: EngineParts, receipts: ReceiptDesk, content: ContentDesk, lost: LostMessages) {
    this.#lost = lost;
    this.#parts = parts;
    this.#receipts = receipts;
    this.#content = content;
  }

  /**
   * Rows of an opened message; takes the change into the conversation's memory. `lost`: the message that this one sends
   * again, whose place it takes.
   */
  async opened(
    conversation: Conversation,
    entry: ParkedRow,
    opened: Opened,
    record: Bytes | undefined,
    lost?: Lost,
  ): Promise<readonly StoreWrite[]> {
    const { now, self } = this.#parts;
    const { header, envelopeHash, payload } = opened;
    const ordinal = lost?.ordinal ?? (entry.ordinal || conversation.takeOrdinal());
    const original = lost && (await this.#original(conversation, header, lost));
    const sender = conversation.roster?.devices.get(toHex(header.senderDevice))?.user ?? noId;
    const at = now();
    const row: MessageRow = {
      id: await this.#freeId(header.messageId),
      senderUser: sender,
      senderDevice: header.senderDevice,
      mine: equalBytes(sender, self.userBytes),
      suite: header.suite,
      level: header.level,
      at: original?.at ?? header.sentAt,
      sequence: lost?.sequence ?? header.sequence,
      text: payloadText(payload),
      // What came while this device was no member was not for it, and is no gap.
      gapBefore:
        (original?.gapBefore ?? opened.gapBefore) &&
        conversation.facts.lastOrdinal(header.senderDevice) >= conversation.historyBegins,
      hash: lost?.hash ?? envelopeHash,
      ...(lost ? { resent: true } : {}),
      recordHash: header.drawRecordHash,
      ...(header.epochId.length > 0 ? { epochId: header.epochId, index: header.index } : {}),
      envelopeBytes: entry.bytes.length,
      paddedBytes: header.paddedLength,
      deliveredAt: at,
      ...(usesPad(header.suite) ? { erasedAt: at } : {}),
      seq: entry.seq,
      ...storedPayload(payload),
    };
    const following = await this.#closeGap(conversation, header.senderDevice, header.sequence + 1);
    const device = toHex(header.senderDevice);
    const shown = await this.#content.received(conversation, ordinal, row, payload);
    const { progress } = conversation;
    conversation.progress = {
      ...progress,
      frontier: conversation.frontierAfter(envelopeHash, header.parents),
      dueDelivered: true,
    };
    if (shown.row) {
      const { lastOrdinal = 0 } = progress;
      conversation.progress = {
        ...conversation.progress,
        unread: row.mine ? progress.unread : progress.unread + 1,
        ...(ordinal >= lastOrdinal ? this.#content.preview(shown.row, ordinal) : {}),
        lastAt: Math.max(progress.lastAt, header.sentAt),
      };
    }
    return [
      ...(shown.row
        ? this.#place(conversation, ordinal, shown.row)
        : await this.#unplace(conversation, ordinal)),
      ...shown.writes,
      ...following,
      ...(original?.writes ?? []),
      ...conversation.facts.apply(opened.change, ordinal, record),
      this.#receipts.opened(conversation, device, header.sequence, envelopeHash),
    ];
  }

  /** A message that cannot be opened (again or now) stays visible with its reason. */
  async unreadable(
    conversation: Conversation,
    entry: ParkedRow,
    problem: Problem,
  ): Promise<readonly StoreWrite[]> {
    const lost = this.#lost.keep(conversation, entry, problem.code);
    const { ordinal, writes } = await this.waiting(conversation, entry, problem, lost?.hash);
    return lost ? [...writes, lost.at(ordinal)] : writes;
  }

  /** A message that is sent again, and not for this device to read: it has its place in the sender's line. */
  noted(conversation: Conversation, { header, envelopeHash, change }: Noted): readonly StoreWrite[] {
    const { progress } = conversation;
    const frontier = conversation.frontierAfter(envelopeHash, header.parents);
    conversation.progress = { ...progress, frontier, dueDelivered: true };
    const device = toHex(header.senderDevice);
    return [
      ...conversation.facts.apply(change, 0, undefined),
      this.#receipts.opened(conversation, device, header.sequence, envelopeHash),
    ];
  }

  async waiting(
    conversation: Conversation,
    entry: ParkedRow,
    problem: Problem,
    lost?: Bytes,
  ): Promise<{ readonly ordinal: number; readonly writes: readonly StoreWrite[] }> {
    const ordinal = entry.ordinal || conversation.takeOrdinal();
    const row = this.#closed(conversation, entry, problem);
    const shown = lost ? { ...row, hash: lost, asks: 0 } : row;
    return { ordinal, writes: this.#place(conversation, ordinal, shown) };
  }

  /** A message that still waits, but for something else than it says. */
  async restated(
    conversation: Conversation,
    entry: ParkedRow,
    problem: Problem,
  ): Promise<readonly StoreWrite[]> {
    const key = ordinalKey(conversation.id, entry.ordinal);
    const bytes = await this.#parts.store.get("messages", key);
    const row = bytes && messageRow.decode(bytes);
    if (!row || row.problemCode === problem.code) return [];
    const { code: problemCode, reason: problemReason, nextStep: problemNextStep } = problem;
    const value = messageRow.encode({ ...row, problemCode, problemReason, problemNextStep });
    return [{ table: "messages", key, value }];
  }

  /** What waited for its key as a row of the thread turned out to be none. */
  async #unplace(conversation: Conversation, ordinal: number): Promise<StoreWrite[]> {
    const key = ordinalKey(conversation.id, ordinal);
    const bytes = await this.#parts.store.get("messages", key);
    if (!bytes) return [];
    return [
      { table: "messages", key, value: null },
      { table: "identifiers", key: toHex(messageRow.decode(bytes).id), value: null },
    ];
  }

  /** The message that is sent again: what was claimed of it holds now, and its place in the sender's line is filled. */
  async #original(
    conversation: Conversation,
    header: Header,
    lost: Lost,
  ): Promise<{ readonly at: number; readonly gapBefore: boolean; readonly writes: readonly StoreWrite[] }> {
    const { hash, parents, sequence, ordinal } = lost;
    const { facts } = conversation;
    const { senderDevice } = header;
    await facts.prepare({ ...header, sequence, parents });
    const gapBefore = sequence > 1 && facts.envelopeAt(senderDevice, sequence - 1) === undefined;
    const writes: StoreWrite[] = [this.#lost.found(conversation, hash)];
    if (facts.envelopeAt(senderDevice, sequence) === undefined) {
      const envelope = { hash, parents, device: senderDevice, sequence };
      writes.push(
        ...facts.apply({ envelope }, ordinal, undefined),
        ...(await this.#closeGap(conversation, senderDevice, sequence + 1)),
        this.#receipts.opened(conversation, toHex(senderDevice), sequence, hash),
      );
    }
    const shown = await this.#parts.store.get("messages", ordinalKey(conversation.id, ordinal));
    if (!shown) return { at: header.sentAt, gapBefore, writes };
    const { id, at } = messageRow.decode(shown);
    return { at, gapBefore, writes: [...writes, { table: "identifiers", key: toHex(id), value: null }] };
  }

  #place(conversation: Conversation, ordinal: number, row: MessageRow): StoreWrite[] {
    const key = ordinalKey(conversation.id, ordinal);
    return [
      { table: "messages", key, value: messageRow.encode(row) },
      { table: "identifiers", key: toHex(row.id), value: utf8(key) },
    ];
  }

  /** What may be shown of an envelope nothing of which is verified: sender and time are what it claims. */
  #closed(conversation: Conversation, entry: ParkedRow, problem: Problem): MessageRow {
    const common = {
      problemCode: problem.code,
      problemReason: problem.reason,
      problemNextStep: problem.nextStep,
      gapBefore: false,
      envelopeBytes: entry.bytes.length,
      seq: entry.seq,
    };
    try {
      const { fields } = parseEnvelope(entry.bytes);
      const sender = conversation.roster?.devices.get(toHex(fields.senderDevice))?.user ?? noId;
      return {
        ...common,
        // Its own identifier is unverified too: it must not take the place of another message.
        id: randomUuid(),
        senderUser: sender,
        senderDevice: fields.senderDevice,
        mine: false,
        suite: fields.suite,
        level: fields.level,
        at: fields.sentAt,
        sequence: fields.sequence,
        paddedBytes: fields.paddedLength,
      };
    } catch {
      const at = this.#parts.now();
      return {
        ...common,
        id: randomUuid(),
        senderUser: noId,
        senderDevice: noId,
        mine: false,
        suite: 0,
        level: 0,
        at,
        sequence: 0,
        paddedBytes: 0,
      };
    }
  }

  /** A sender chooses message identifiers: one that is taken must not hide the message that has it. */
  async #freeId(id: Bytes): Promise<Bytes> {
    return (await this.#parts.store.get("identifiers", toHex(id))) === undefined ? id : randomUuid();
  }

  /** The message after a gap loses its mark when the gap closes. */
  async #closeGap(conversation: Conversation, device: Bytes, sequence: number): Promise<StoreWrite[]> {
    const ordinal = conversation.facts.ordinalAt(device, sequence);
    if (!ordinal) return [];
    const key = ordinalKey(conversation.id, ordinal);
    const bytes = await this.#parts.store.get("messages", key);
    if (!bytes) return [];
    const row = messageRow.decode(bytes);
    return row.gapBefore
      ? [{ table: "messages", key, value: messageRow.encode({ ...row, gapBefore: false }) }]
      : [];
  }
}

/** Texts are stored as such; what a newer program wrote is kept as it came. */
function storedPayload(payload: Payload): Pick<MessageRow, "payload"> {
  if (payload.kind === payloadKinds.text) return {};
  return { payload: payload.kind === payloadKinds.unknown ? payload.encoded : encodePayload(payload) };
}
