import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { itemWrite } from "./outbox-item.ts";
import type { OutboxLines } from "./outbox-lines.ts";
import { advance } from "./outbox-state.ts";

/** Messages that wait for their file, perhaps before they are written. */
export class HeldMessages {
  readonly #parts: EngineParts;
  readonly #lines: OutboxLines;
  readonly #released: (conversation: Conversation) => void;
  readonly #ids = new Set<string>();

  /** `released`: a message of this conversation may go on. */
  constructor(parts: EngineParts, lines: OutboxLines, released: (conversation: Conversation) => void) {
    this.#parts = parts;
    this.#lines = lines;
    this.#released = released;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** The message takes no key until `release`; the ones after it go on. Also before it is written or loaded. */
  hold(id: string): void {
    this.#ids.add(id);
    const item = this.#lines.item(id);
    if (item) item.held = true;
  }

  release(id: string): void {
    this.#ids.delete(id);
    const item = this.#lines.item(id);
    if (!item) return;
    item.held = false;
    this.#released(item.conversation);
  }

  /** A held message cannot go: its file was refused. It may be tried again, or cancelled. */
  async refuse(id: string, problem: { code: string; reason: string; nextStep: string }): Promise<void> {
    const item = this.#lines.item(id);
    if (!item?.held) return;
    item.state = advance(item.state, { type: "refused", ...problem });
    await this.#parts.store.commit([itemWrite(item)]);
    this.#parts.announce({ type: "messages", conversation: item.conversation.id });
  }
}
