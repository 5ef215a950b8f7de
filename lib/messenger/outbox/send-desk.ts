import {
  checkLevel,
  type LevelPolicy,
  type LevelRule,
  levelRule,
  suiteOffered,
  suitesFor,
} from "../../protocol/level-policy.ts";
import { encodePayload, type Payload } from "../../protocol/payload.ts";
import { checkPayload } from "../../protocol/payload-rules.ts";
import { type Suite, satisfiesMinimum } from "../../protocol/suites.ts";
import { toHex } from "../../shared/hex.ts";
import { timeUuid } from "../../shared/uuid.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { suiteName } from "../engine/views.ts";
import type { Level, LevelChoice, PolicyView } from "../messenger-api.ts";
import { MessengerError } from "../messenger-error.ts";
import type { Outgoing } from "./outgoing.ts";

const allLevels: readonly Level[] = [0, 1, 2, 3];

/** Everything a person sends passes here: what level, conversation and rules of messages allow, then the outbox. */
export class SendDesk {
  readonly #parts: EngineParts;
  readonly #outgoing: Outgoing;

  constructor(parts: EngineParts, outgoing: Outgoing) {
    this.#parts = parts;
    this.#outgoing = outgoing;
  }

  get #policy(): LevelPolicy {
    return this.#parts.levelPolicy();
  }

  /**
   * Stores a message in the outbox; the same `id` (16 bytes in hex) again is the same message.
   * @returns its id. @throws as `check`
   */
  async send(
    conversation: Conversation,
    payload: Payload,
    suite: Suite,
    level: Level,
    id = toHex(timeUuid(this.#parts.now())),
  ): Promise<string> {
    this.check(conversation, suite, level, payload);
    if (await this.#parts.store.get("identifiers", id)) return id;
    await this.#outgoing.write(conversation, id, payload, suite, level);
    return id;
  }

  /**
   * @throws MessengerError "conversation.left", "suite.below-minimum"; ProtocolError "level.*", "payload.*", "cbor.*"
   */
  check(conversation: Conversation, suite: Suite, level: Level, payload?: Payload): void {
    this.checkMember(conversation);
    checkLevel(suite, level, this.#policy);
    if (!satisfiesMinimum(suite, conversation.roster?.suiteMinimum)) {
      throw new MessengerError("suite.below-minimum", "this conversation demands a stronger suite", {
        nextStep: "Choose a stronger suite.",
      });
    }
    if (!payload) return;
    checkPayload(payload, suite, level, this.#policy);
    encodePayload(payload);
  }

  /** @throws MessengerError "conversation.left" */
  checkMember({ roster }: Conversation): void {
    if (!roster || roster.members.has(this.#parts.self.user)) return;
    throw new MessengerError(
      "conversation.left",
      "this person is not a member of the conversation any more",
      {
        nextStep: "Ask a moderator to be added again.",
      },
    );
  }

  /** The suite of what belongs to the conversation itself, like its title: the weakest level's, at least its minimum. */
  ordinarySuite({ roster }: Conversation): Suite {
    return suiteOffered(0, roster?.suiteMinimum, this.#policy);
  }

  choices({ roster }: Conversation): PolicyView {
    const minimum = roster?.suiteMinimum;
    const left = roster !== undefined && !roster.members.has(this.#parts.self.user);
    const levels = allLevels.map<LevelChoice>((level) => ({
      level,
      minimum: suiteName(levelRule(this.#policy, level).minimum),
      routes: routesWanted(levelRule(this.#policy, level)),
      preset: suiteName(suiteOffered(level, minimum, this.#policy)),
      offered: left ? [] : suitesFor(level, minimum, this.#policy).map(suiteName),
      refused: left ? "conversation.left" : null,
    }));
    return { levels };
  }
}

function routesWanted({ disjointRoutes, requireDisjoint }: LevelRule): LevelChoice["routes"] {
  if (!disjointRoutes) return "one";
  return requireDisjoint ? "two-required" : "two-wanted";
}
