import {
  parseReceipt,
  type Receipt,
  receiptKinds,
  signReceipt,
  verifyReceipt,
} from "../../protocol/receipt.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { hashRow, type ReceiptRow, receiptRow, type TipRow, tipRow } from "../engine/rows.ts";
import type { IncomingReceipt } from "../relay/relay-port.ts";
import type { StoreWrite } from "../store/device-store.ts";
import { mergeCoverage, noReceipt, type Position, receiptFrontier, tipAfter } from "./receipt-coverage.ts";

/** The first receipt of a conversation goes out after this time, further ones one in this time. */
const coalesceMs = 60;
const apartMs = 250;

/** Sends receipts for what was opened and read here, and reads those of others, each verified. */
export class ReceiptDesk {
  readonly #parts: EngineParts;
  readonly #tips = new Map<string, Map<string, TipRow>>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** When the last receipt of a conversation left. */
  readonly #sentAt = new Map<string, number>();
  /** How far the person had everything on the screen, when it was last marked read. */
  readonly #read = new Map<string, readonly Bytes[]>();
  #stopped = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  async load(conversation: Conversation): Promise<void> {
    const { store } = this.#parts;
    const prefix = `${conversation.id}/`;
    for (const { key, value } of await store.range("receipts", { prefix }))
      conversation.receipts.set(key.slice(prefix.length), receiptRow.decode(value));
    const tips = new Map<string, TipRow>();
    for (const { key, value } of await store.range("tips", { prefix }))
      tips.set(key.slice(prefix.length), tipRow.decode(value));
    this.#tips.set(conversation.id, tips);
  }

  /** An envelope was opened: the row to commit with it. The receipt goes out once `due` is called. */
  opened(conversation: Conversation, device: string, sequence: number, hash: Bytes): StoreWrite {
    const tips = this.#tipsOf(conversation);
    const tip = tipAfter(tips.get(device), { sequence, hash });
    tips.delete(device);
    tips.set(device, tip);
    return { table: "tips", key: `${conversation.id}/${device}`, value: tipRow.encode(tip) };
  }

  /** The person has read everything that was opened so far. The receipt goes out once `due` is called. */
  read(conversation: Conversation): void {
    this.#read.set(conversation.id, receiptFrontier([...this.#tipsOf(conversation).values()]));
  }

  /** Something is due in this conversation (progress says what): sent soon, several together. */
  due(conversation: Conversation): void {
    if (this.#stopped || this.#timers.has(conversation.id)) return;
    const send = () => {
      this.#timers.delete(conversation.id);
      this.#sentAt.set(conversation.id, performance.now());
      void this.#send(conversation);
    };
    const since = performance.now() - (this.#sentAt.get(conversation.id) ?? Number.NEGATIVE_INFINITY);
    this.#timers.set(conversation.id, setTimeout(send, Math.max(coalesceMs, apartMs - since)));
  }

  async receive(conversation: Conversation, incoming: IncomingReceipt): Promise<boolean> {
    const parsed = parseReceipt(incoming.bytes);
    const { value } = parsed;
    const device = toHex(value.device);
    const sender = conversation.device(device);
    if (!equalBytes(value.conversation, conversation.idBytes) || !sender) return false;
    const positions = await this.#positions(conversation, value);
    const before = conversation.receipts.get(device) ?? noReceipt;
    const row = mergeCoverage(before, value.kind, positions, isAloneOnly(value));
    if (row === before) return false;
    await verifyReceipt(parsed, sender.ed25519Key);
    conversation.receipts.set(device, row);
    const key = `${conversation.id}/${device}`;
    // The relay keeps the receipt and gives it again at the next connection.
    this.#parts.store.commitLazily([{ table: "receipts", key, value: receiptRow.encode(row) }]);
    return true;
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  async #send(conversation: Conversation): Promise<void> {
    const { relay } = this.#parts;
    const { dueDelivered, dueRead, unread } = conversation.progress;
    if (!relay.connected || this.#stopped || (!dueDelivered && !dueRead)) return;
    const opened = receiptFrontier([...this.#tipsOf(conversation).values()]);
    // What came after the last look is delivered, not read. Where that look was before a restart, its extent is gone:
    // the next look tells it.
    const read = !dueRead ? undefined : unread === 0 ? opened : this.#read.get(conversation.id);
    conversation.progress = { ...conversation.progress, dueDelivered: false, dueRead: false };
    try {
      // "read" says "delivered" too: one signature and one transmission less.
      if (dueDelivered && read !== opened) await this.#put(conversation, receiptKinds.delivered, opened);
      if (read !== undefined) await this.#put(conversation, receiptKinds.read, read);
    } catch {
      const { progress } = conversation;
      conversation.progress = {
        ...progress,
        dueDelivered: progress.dueDelivered || dueDelivered,
        dueRead: progress.dueRead || dueRead,
      };
    }
  }

  async #put(conversation: Conversation, kind: Receipt["kind"], frontier: readonly Bytes[]): Promise<void> {
    if (frontier.length === 0) return;
    const { relay, self, now } = this.#parts;
    const receipt = await signReceipt(
      { conversation: conversation.idBytes, device: self.deviceBytes, kind, frontier, at: now() },
      self.signer,
    );
    await relay.ask("receipt:put", { conversation: conversation.id, receipt });
  }

  /** This device's own envelopes among the hashes. Others' are for their senders. */
  async #positions(conversation: Conversation, { frontier }: Receipt): Promise<readonly Position[]> {
    const positions: Position[] = [];
    for (const hash of frontier) {
      const hex = toHex(hash);
      const known = conversation.ownSequences.get(hex);
      if (known !== undefined) positions.push({ sequence: known, hash });
      else {
        const bytes = await this.#parts.store.get("hashes", hex);
        const row = bytes && hashRow.decode(bytes);
        if (row?.own && equalBytes(row.conversation, conversation.idBytes))
          positions.push({ sequence: row.sequence, hash });
      }
    }
    return positions;
  }

  #tipsOf(conversation: Conversation): Map<string, TipRow> {
    let tips = this.#tips.get(conversation.id);
    if (!tips) {
      tips = new Map();
      this.#tips.set(conversation.id, tips);
    }
    return tips;
  }
}

/** 64 zero bytes among the hashes: nothing before them may be taken as delivered. */
function isAloneOnly({ frontier }: Receipt): boolean {
  return frontier.some((hash) => hash.length === 64 && hash.every((byte) => byte === 0));
}

export function isCovered(
  row: ReceiptRow | undefined,
  kind: "delivered" | "read",
  sequence: number,
): boolean {
  if (!row) return false;
  if (kind === "read") return sequence <= row.read || row.readAlone.includes(sequence);
  return (
    sequence <= row.delivered || row.deliveredAlone.includes(sequence) || isCovered(row, "read", sequence)
  );
}
