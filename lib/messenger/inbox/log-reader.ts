import { relayBytes } from "../../protocol/relay-events.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import type { IncomingEntry } from "../relay/relay-port.ts";
import { advance } from "./settled-offset.ts";

const readLimit = 200;

/** Takes the next entry. `eager`: it was read from the log, not sent by itself. */
type TakeEntry = (conversation: Conversation, entry: IncomingEntry, eager: boolean) => void;

/** Hands over each conversation's entries in the relay's order, without a gap, from the stored offset on. */
export class LogReader {
  readonly #relay: EngineParts["relay"];
  readonly #take: TakeEntry;
  readonly #fetched = new Map<string, number>();
  readonly #reading = new Map<string, Promise<void>>();
  /** The highest entry the relay spoke of while older ones were being read. */
  readonly #announced = new Map<string, number>();
  #stopped = false;

  constructor(relay: EngineParts["relay"], take: TakeEntry) {
    this.#relay = relay;
    this.#take = take;
  }

  /** Reads on from what is settled. */
  restart(conversation: Conversation): void {
    this.#fetched.set(conversation.id, conversation.progress.cursor);
  }

  /** An entry the relay sent by itself. */
  entry(conversation: Conversation, entry: IncomingEntry): void {
    const fetched = this.#fetched.get(conversation.id) ?? conversation.progress.cursor;
    if (entry.seq <= fetched || this.#stopped) return;
    if (entry.seq === fetched + 1 && !this.#reading.has(conversation.id)) {
      this.#give(conversation, entry, false);
      return;
    }
    this.#missed(conversation, entry.seq);
  }

  /** The relay has an own entry under this number, and does not send it back to this connection. */
  carried(conversation: Conversation, seq: number): void {
    const fetched = this.#fetched.get(conversation.id) ?? conversation.progress.cursor;
    if (seq <= fetched || this.#stopped) return;
    if (seq > fetched + 1 || this.#reading.has(conversation.id)) this.#missed(conversation, seq);
    else this.passOwn(conversation, seq);
  }

  #missed(conversation: Conversation, seq: number): void {
    this.#announced.set(conversation.id, Math.max(seq, this.#announced.get(conversation.id) ?? 0));
    void this.catchUp(conversation);
  }

  #give(conversation: Conversation, entry: IncomingEntry, eager: boolean): void {
    this.#fetched.set(conversation.id, entry.seq);
    this.#take(conversation, entry, eager);
  }

  /** Its row is written already; the offset is stored with the next entry that has something to store. */
  passOwn(conversation: Conversation, seq: number): void {
    this.#fetched.set(conversation.id, seq);
    void conversation.queue.run(async () => advance(conversation, seq));
  }

  /** Reads everything after what is known. Resolves when all of it was settled or parked, or the connection went. */
  catchUp(conversation: Conversation): Promise<void> {
    let reading = this.#reading.get(conversation.id);
    if (!reading) {
      // Failing means the connection went: the next one starts from the stored offset again.
      reading = this.#read(conversation).catch(() => undefined);
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
      const { entries, head } = await this.#relay.ask("entry:read", {
        conversation: conversation.id,
        after,
        limit: readLimit,
      });
      for (const [i, { seq, kind, bytes }] of entries.entries()) {
        if (seq !== after + 1 + i) break;
        this.#give(
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

  stop(): void {
    this.#stopped = true;
  }
}
