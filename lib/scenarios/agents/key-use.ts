import type { KeyCardView, SuiteName } from "../../messenger/messenger-api.ts";

export interface KeyUseView {
  readonly suite: SuiteName;
  readonly messages: number;
  /** Bits of end-to-end key, and of link key that carried it hop by hop. */
  readonly endToEndBits: number;
  readonly networkBits: number;
}

const keysKept = 5_000;

/** What an agent's own messages cost, by suite. Messages of one epoch share its key, which counts once. */
export class KeyUse {
  readonly #seen = new Set<string>();
  readonly #totals = new Map<SuiteName, { messages: number; endToEndBits: number; networkBits: number }>();

  add(card: KeyCardView): void {
    const total = this.#totals.get(card.suite) ?? { messages: 0, endToEndBits: 0, networkBits: 0 };
    this.#totals.set(card.suite, total);
    total.messages++;
    const key = card.keyIds.join();
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= keysKept) break;
      this.#seen.delete(oldest);
    }
    total.endToEndBits += card.endToEndBits;
    total.networkBits += card.networkBits;
  }

  view(): readonly KeyUseView[] {
    return [...this.#totals].map(([suite, total]) => ({ suite, ...total }));
  }
}
