import { batchesOf } from "../../protocol/relay-batches.ts";
import type { RelayReceipt, WiretapFrame } from "../../protocol/relay-events.ts";
import type { RosterAppend } from "../store/append-roster.ts";
import type { Audience } from "../store/audience.ts";
import type { CommittedEntry } from "./entry-queue.ts";
import { type RelayServer, userRoom } from "./socket-types.ts";

export interface StoredReceipt extends RelayReceipt {
  readonly bytes: Uint8Array;
}

export type Wiretap = (frame: WiretapFrame) => void;

/** Tells members, after the commit, what was stored; and the stage's wiretap what a recorder would see of it. */
export class FanOut {
  readonly #io: RelayServer;
  readonly #wiretap: Wiretap;
  readonly #now: () => number;

  constructor(io: RelayServer, wiretap: Wiretap, now: () => number) {
    this.#io = io;
    this.#wiretap = wiretap;
    this.#now = now;
  }

  /** What came together goes out together: one event for each conversation, as far as all of it came the same way. */
  entriesCommitted(committed: readonly CommittedEntry[]): void {
    const byConversation = new Map<string, CommittedEntry[]>();
    for (const one of committed) {
      const known = byConversation.get(one.entry.conversation);
      if (known === undefined) byConversation.set(one.entry.conversation, [one]);
      else known.push(one);
    }
    for (const [conversation, entries] of byConversation) {
      if (entries.every(({ entry }) => entry.untold !== undefined)) this.#tellTogether(conversation, entries);
      else for (const one of entries) this.#tellAlone(one);
    }
    for (const { entry, seq, audience } of committed)
      this.#record(audience, entry.kind, entry.conversation, entry.speaker.user, seq, entry.bytes);
  }

  /** Where several sockets sent, each would miss a number of the others': then all of them are told everything. */
  #tellTogether(conversation: string, committed: readonly CommittedEntry[]): void {
    const [first] = committed;
    const audience = first && this.#to(first.audience);
    if (first === undefined || audience === undefined) return;
    const { untold } = first.entry;
    const others =
      untold !== undefined && committed.every(({ entry }) => entry.untold === untold)
        ? audience.except(untold)
        : audience;
    for (const batch of batchesOf(committed, ({ entry }) => entry.bytes.length))
      others.emit("entries", {
        conversation,
        entries: batch.map(({ entry, seq }) => ({ seq, kind: entry.kind, length: entry.bytes.length })),
        bytes: Buffer.concat(batch.map(({ entry }) => entry.bytes)),
      });
  }

  #tellAlone({ entry, seq, audience }: CommittedEntry): void {
    const { conversation, kind, bytes } = entry;
    this.#to(audience)?.emit("entry", { conversation, seq, kind, bytes });
  }

  rosterAppended(conversation: string, sender: string, bytes: Uint8Array, result: RosterAppend): void {
    const { seq, audience, added } = result;
    for (const user of added) this.#io.to(userRoom(user)).emit("conversation", { conversation });
    this.#to(audience)?.emit("entry", { conversation, seq, kind: "roster", bytes });
    this.#record(audience, "roster", conversation, sender, seq, bytes);
  }

  receiptPut(conversation: string, sender: string, receipt: StoredReceipt, audience: Audience): void {
    this.#to(audience)?.emit("receipt", { conversation, ...receipt });
    this.#record(audience, "receipt", conversation, sender, null, receipt.bytes);
  }

  hinted(conversation: string, sender: string, audience: Audience): void {
    const others = audience.members.filter((member) => member !== sender);
    if (others.length === 0) return;
    this.#io.to(others.map(userRoom)).volatile.emit("hint", { conversation, user: sender, kind: "typing" });
  }

  /** Undefined for nobody: without a room, a broadcast would go to everybody. */
  #to(audience: Audience): ReturnType<RelayServer["to"]> | undefined {
    return audience.members.length === 0 ? undefined : this.#io.to(audience.members.map(userRoom));
  }

  #record(
    audience: Audience,
    event: WiretapFrame["event"],
    conversation: string,
    sender: string,
    seq: number | null,
    bytes: Uint8Array,
  ): void {
    if (!audience.demonstration) return;
    this.#wiretap({ at: this.#now(), event, conversation, sender, seq, bytes, size: bytes.length });
  }
}
