import { levelRule } from "../../protocol/level-policy.ts";
import { isAtLeast } from "../../protocol/suites.ts";
import { toHex } from "../../shared/hex.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import type { StoreWrite } from "../store/device-store.ts";
import type { KeySupply } from "./key-supply.ts";
import { itemWrite, type OutboxItem } from "./outbox-item.ts";
import type { OutboxLines } from "./outbox-lines.ts";
import { advance, isOpen } from "./outbox-state.ts";

/** Takes back what was written and may not go any more: the membership or the rules changed under it. */
export class Withdrawals {
  readonly #parts: EngineParts;
  readonly #lines: OutboxLines;
  readonly #supply: KeySupply;

  constructor(parts: EngineParts, lines: OutboxLines, supply: KeySupply) {
    this.#parts = parts;
    this.#lines = lines;
    this.#supply = supply;
  }

  /** A person that is no member any more sends nothing; nothing goes again to a device that left. */
  rosterChanged(conversation: Conversation): void {
    this.#dropResends(conversation);
    const { roster } = conversation;
    if (roster && !roster.members.has(this.#parts.self.user)) {
      this.#refuseOpen(conversation, () => true, {
        code: "conversation.left",
        reason: "this person is not a member of the conversation any more",
        nextStep: "Ask a moderator to be added again.",
      });
    }
  }

  /** What has no ciphertext yet and is too weak by now for its level stays unsent, and says so. */
  policyChanged(conversation: Conversation): void {
    const policy = this.#parts.levelPolicy();
    const tooWeak = ({ suite, level }: OutboxItem) => !isAtLeast(suite, levelRule(policy, level).minimum);
    this.#refuseOpen(conversation, tooWeak, {
      code: "level.suite-too-weak",
      reason: "the suite is not strong enough any more for this classification",
      nextStep: "Choose a stronger suite.",
    });
  }

  /** Nothing goes again to a device that is no member's any more, or revoked. */
  #dropResends(conversation: Conversation): void {
    const revocations = this.#parts.revocations();
    for (const item of [...this.#lines.open(conversation.id)]) {
      const to = item.resends?.recipient;
      if (!to || item.binding || !isOpen(item.state)) continue;
      const member = conversation.device(toHex(to.device)) && conversation.device(this.#parts.self.device);
      if (member && revocations.revokedAt(to.site, to.device) === undefined) continue;
      item.state = advance(item.state, { type: "cancel" });
      this.#supply.dropKey(item);
      this.#lines.remove(item);
      this.#parts.store.commit([{ table: "outbox", key: item.id, value: null }]).catch(this.#parts.fail);
    }
  }

  #refuseOpen(
    conversation: Conversation,
    which: (item: OutboxItem) => boolean,
    because: { readonly code: string; readonly reason: string; readonly nextStep: string },
  ): void {
    const writes: StoreWrite[] = [];
    for (const item of this.#lines.open(conversation.id)) {
      if (item.binding || !isOpen(item.state) || !which(item)) continue;
      this.#supply.dropKey(item);
      item.state = advance(item.state, { type: "refused", ...because });
      writes.push(itemWrite(item));
    }
    if (writes.length === 0) return;
    this.#parts.store.commit(writes).catch(this.#parts.fail);
    this.#parts.announce({ type: "messages", conversation: conversation.id });
  }
}
