import { type Suite, usesPad } from "../../protocol/suites.ts";
import { equalBytes } from "../../shared/bytes.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { padBytesFor } from "../price.ts";
import { drawKey } from "./draw-keys.ts";
import type { DrawnKey } from "./outbox-item.ts";

/** Padded lengths that keys are drawn for beforehand. */
const buckets = [64, 128] as const;
const perBucket = 2;
/** A prefetched key that is not used is destroyed after this long. */
export const prefetchLife = 10 * 60 * 1000;
/** After a refusal nothing is drawn beforehand for this long: messages that are written come first. */
const pauseAfterRefusal = 30_000;

interface Kept {
  readonly suite: Suite;
  readonly level: number;
  readonly padded: number;
  readonly drawn: DrawnKey;
  readonly timer: ReturnType<typeof setTimeout>;
}

interface Shelf {
  readonly conversation: Conversation;
  kept: Kept[];
  drawing: number;
}

/**
 * Keys drawn while a person writes, so that a short message under a one-time pad leaves without waiting. Each is bound
 * to conversation, membership and recipients by its draw record and is used whole, once; at most four a conversation.
 * What is not used is destroyed and voided: after ten minutes, with the membership, when the engine closes.
 */
export class PrefetchedKeys {
  readonly #parts: EngineParts;
  readonly #shelves = new Map<string, Shelf>();
  #pausedUntil = 0;
  #stopped = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** A message of this suite and level is being written. Draws what is missing, two keys for each short length. */
  expect(conversation: Conversation, suite: Suite, level: number): void {
    const { gateway, self, now } = this.#parts;
    if (!usesPad(suite) || this.#stopped || now() < this.#pausedUntil) return;
    if (!gateway.connected || !conversation.roster || !conversation.hasListener(self.user)) return;
    const shelf = this.#shelf(conversation);
    if (shelf.drawing > 0) return;
    this.#drop(shelf, (one) => one.suite !== suite || one.level !== level);
    for (const padded of buckets) {
      const there = shelf.kept.filter((one) => one.padded === padded).length;
      for (let missing = perBucket - there; missing > 0; missing--)
        void this.#draw(shelf, suite, level, padded);
    }
  }

  /** A key for a message of this padded length, now the caller's; undefined when there is none that fits. */
  take(conversation: Conversation, suite: Suite, padded: number, level: number): DrawnKey | undefined {
    const shelf = this.#shelves.get(conversation.id);
    const head = conversation.roster?.head;
    if (!shelf || !head) return undefined;
    const fitting = shelf.kept.filter(
      (one) =>
        one.suite === suite &&
        one.level === level &&
        one.padded >= padded &&
        equalBytes(one.drawn.record.value.rosterHead, head),
    );
    const [best] = fitting.sort((a, b) => a.padded - b.padded);
    if (!best) return undefined;
    clearTimeout(best.timer);
    shelf.kept = shelf.kept.filter((one) => one !== best);
    return best.drawn;
  }

  /** Whether a message of this padded length would leave without a draw. */
  has(conversation: Conversation, suite: Suite, padded: number, level: number): boolean {
    const kept = this.#shelves.get(conversation.id)?.kept ?? [];
    return kept.some((one) => one.suite === suite && one.level === level && one.padded >= padded);
  }

  /** The membership changed, or a recipient was revoked: nothing drawn before is good any more. */
  forget(conversation: string): void {
    const shelf = this.#shelves.get(conversation);
    if (!shelf) return;
    this.#shelves.delete(conversation);
    this.#drop(shelf, () => true);
  }

  stop(): void {
    this.#stopped = true;
    for (const id of [...this.#shelves.keys()]) this.forget(id);
  }

  async #draw(shelf: Shelf, suite: Suite, level: number, padded: number): Promise<void> {
    const { conversation } = shelf;
    shelf.drawing++;
    try {
      const shape = { suite, bytes: padBytesFor(suite, padded), level, only: undefined };
      const drawn = { ...(await drawKey(this.#parts, conversation, shape)), prefetched: true };
      const head = conversation.roster?.head;
      const wanted = !this.#stopped && this.#shelves.get(conversation.id) === shelf;
      if (!wanted || !head || !equalBytes(drawn.record.value.rosterHead, head)) this.#destroy(drawn);
      else this.#keep(shelf, { suite, level, padded, drawn });
    } catch {
      // Nothing waits for it: the message draws for itself, and says why when it cannot.
      this.#pausedUntil = this.#parts.now() + pauseAfterRefusal;
    } finally {
      shelf.drawing--;
    }
  }

  #keep(shelf: Shelf, one: Omit<Kept, "timer">): void {
    const kept: Kept = {
      ...one,
      timer: setTimeout(() => this.#drop(shelf, (other) => other === kept), prefetchLife),
    };
    shelf.kept.push(kept);
  }

  #drop(shelf: Shelf, which: (one: Kept) => boolean): void {
    const dropped = shelf.kept.filter(which);
    shelf.kept = shelf.kept.filter((one) => !dropped.includes(one));
    for (const { timer, drawn } of dropped) {
      clearTimeout(timer);
      this.#destroy(drawn);
    }
  }

  #destroy(drawn: DrawnKey): void {
    drawn.key.destroy();
    this.#parts.gateway.void(drawn.record.hash);
  }

  #shelf(conversation: Conversation): Shelf {
    let shelf = this.#shelves.get(conversation.id);
    if (!shelf) {
      shelf = { conversation, kept: [], drawing: 0 };
      this.#shelves.set(conversation.id, shelf);
    }
    return shelf;
  }
}
