import type { RelayReceipt, WiretapFrame } from "../../protocol/relay-events.ts";
import type { PendingEntry } from "../store/append-entries.ts";
import type { RosterAppend } from "../store/append-roster.ts";
import type { Audience } from "../store/audience.ts";
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

  entryCommitted(entry: PendingEntry, seq: number, audience: Audience): void {
    const { conversation, kind, bytes, speaker } = entry;
    this.#to(audience)?.emit("entry", { conversation, seq, kind, bytes });
    this.#record(audience, kind, conversation, speaker.user, seq, bytes);
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
