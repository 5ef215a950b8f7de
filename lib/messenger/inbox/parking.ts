import { usesPad } from "../../protocol/suites.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { type ParkedRow, parkedRow } from "../engine/rows.ts";
import type { StoreWrite } from "../store/device-store.ts";
import type { CopyDesk } from "./copy-desk.ts";
import { type KeyedEntry, readKeyed, resentHash } from "./keyed-entry.ts";
import type { MessageLedger } from "./message-ledger.ts";
import { isKeyless, isRecordMissing, isUnwanted, startMissing, waitingProblem } from "./problems.ts";

/** Opens a parked entry, or settles it otherwise; `refusal` says why its key will never come. */
export type OpenParked = (
  conversation: Conversation,
  entry: ParkedRow,
  key: string,
  refusal: unknown,
) => Promise<void>;

/**
 * Entries that something is missing for: stored, shown as waiting, tried again when their key comes, and settled
 * when it never will.
 */
export class Parking {
  readonly #parts: EngineParts;
  readonly #copies: CopyDesk;
  readonly #messages: MessageLedger;
  readonly #open: OpenParked;
  /** Conversations that have parked entries. */
  readonly #used = new Set<string>();
  /** Rows whose key is waited for. */
  readonly #awaited = new Set<string>();
  #stopped = false;

  constructor(parts: EngineParts, copies: CopyDesk, messages: MessageLedger, open: OpenParked) {
    this.#parts = parts;
    this.#copies = copies;
    this.#messages = messages;
    this.#open = open;
  }

  /** Takes up what an earlier start left. */
  async load(conversation: Conversation): Promise<void> {
    for (const { key, parked } of await this.#rows(conversation)) this.#await(conversation, key, parked);
  }

  /** Parks an entry for `error`; `commit` stores the rows. */
  async park(
    conversation: Conversation,
    entry: ParkedRow,
    error: unknown,
    commit: (writes: readonly StoreWrite[]) => Promise<void>,
  ): Promise<void> {
    const keyed = readKeyed(entry.kind, entry.bytes);
    // What is sent again has its row already: the original's.
    const shown =
      entry.kind === "envelope" && !(keyed && resentHash(keyed))
        ? await this.#messages.waiting(conversation, entry, waitingProblem(error))
        : undefined;
    const parked = { ...entry, ordinal: shown?.ordinal ?? 0 };
    const key = `${conversation.id}/${entry.seq.toString(16).padStart(10, "0")}`;
    const row: StoreWrite = { table: "parked", key, value: parkedRow.encode(parked) };
    await commit([...(shown?.writes ?? []), row]);
    this.#await(conversation, key, parked);
    this.#parts.announce({ type: "messages", conversation: conversation.id });
  }

  /** A further attempt failed for `error`: the entry stays, and says what it waits for now. */
  async stay(conversation: Conversation, key: string, entry: ParkedRow, error: unknown): Promise<void> {
    const keyed = readKeyed(entry.kind, entry.bytes);
    // With the key here it is the epoch's start that is missing, whose opening tries this one again; unless the key came
    // while this attempt, which had begun without it, was under way.
    if (isKeyless(error) && keyed && (isRecordMissing(error) || !this.#copies.peek(keyed.recordHash)))
      this.#await(conversation, key, entry);
    if (entry.kind !== "envelope") return;
    const writes = await this.#messages.restated(conversation, entry, waitingProblem(error));
    if (writes.length === 0) return;
    await this.#parts.store.commit(writes);
    this.#parts.announce({ type: "messages", conversation: conversation.id });
  }

  /** Tries everything again: certificates, membership or the start of an epoch may have come. */
  async retry(conversation: Conversation): Promise<void> {
    if (!this.#used.has(conversation.id)) return;
    for (const { key, parked } of await this.#rows(conversation))
      void conversation.queue.run(() => this.#unpark(conversation, key, parked, undefined));
  }

  /** The start of an epoch that is for another device alone, as it turns out, waits no longer. */
  async dropStart(conversation: Conversation, epochId: Bytes): Promise<StoreWrite[]> {
    if (epochId.length === 0 || !this.#used.has(conversation.id)) return [];
    const writes: StoreWrite[] = [];
    for (const { key, parked } of await this.#rows(conversation)) {
      const keyed = parked.kind === "epoch" ? readKeyed(parked.kind, parked.bytes) : undefined;
      if (!keyed || !equalBytes(keyed.header.epochId, epochId)) continue;
      this.#copies.cancel(keyed.recordHash);
      writes.push({ table: "parked", key, value: null });
    }
    return writes;
  }

  stop(): void {
    this.#stopped = true;
  }

  /**
   * Waits for an entry's key. A message of an epoch waits for the epoch's key like the start before it, unless the
   * epoch is open and it is something else that is missing.
   */
  #await(conversation: Conversation, key: string, parked: ParkedRow): void {
    this.#used.add(conversation.id);
    const keyed = readKeyed(parked.kind, parked.bytes);
    if (!keyed || this.#awaited.has(key)) return;
    this.#awaited.add(key);
    const { epochId, suite } = keyed.header;
    // Under a pad it is the pad that is waited for; the start's own opening tries the message again.
    const inEpoch = parked.kind === "envelope" && epochId.length > 0 && !usesPad(suite);
    const openEpoch = inEpoch ? conversation.facts.loadEpoch(epochId) : Promise.resolve(undefined);
    openEpoch
      .then(async (open) => {
        const refusal = open ? undefined : await this.#refusalOf(keyed);
        this.#awaited.delete(key);
        if (!open) await conversation.queue.run(() => this.#unpark(conversation, key, parked, refusal));
      })
      .catch(this.#parts.fail);
  }

  /** Resolves when the key is here (undefined), or with why it never will be. */
  async #refusalOf({ recordHash, at }: KeyedEntry): Promise<unknown> {
    for (;;) {
      try {
        await this.#copies.obtain(recordHash, at, true);
        return undefined;
      } catch (refusal) {
        // A forgery that names the same key was refused, and with it its wish: this one's stands.
        if (!isUnwanted(refusal)) return refusal;
      }
    }
  }

  async #unpark(conversation: Conversation, key: string, parked: ParkedRow, refusal: unknown): Promise<void> {
    if (this.#stopped || !(await this.#parts.store.get("parked", key))) return;
    const because = refusal ?? (await this.#startRefusal(conversation, parked));
    await this.#open(conversation, parked, key, because);
  }

  /** Why a message whose epoch's key is here cannot be opened: its start is not coming, for it was before it. */
  async #startRefusal(conversation: Conversation, parked: ParkedRow): Promise<unknown> {
    const keyed = readKeyed(parked.kind, parked.bytes);
    if (parked.kind !== "envelope" || !keyed || keyed.header.epochId.length === 0) return undefined;
    if (!this.#copies.peek(keyed.recordHash)) return undefined;
    const starts = (await this.#rows(conversation)).filter(({ parked: { kind } }) => kind === "epoch");
    const waits = starts.some(({ parked: { kind, bytes } }) =>
      equalBytes(readKeyed(kind, bytes)?.header.epochId ?? new Uint8Array(0), keyed.header.epochId),
    );
    return waits ? undefined : startMissing();
  }

  async #rows(conversation: Conversation): Promise<readonly { key: string; parked: ParkedRow }[]> {
    const rows = await this.#parts.store.range("parked", { prefix: `${conversation.id}/` });
    return rows.map(({ key, value }) => ({ key, parked: parkedRow.decode(value) }));
  }
}
