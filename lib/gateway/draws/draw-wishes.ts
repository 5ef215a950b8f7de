import type { KeyPriority } from "../../keys/policy/waiting-queue.ts";
import { type LevelPolicy, levelRule, levels } from "../../protocol/level-policy.ts";

/** How the key of a draw shall come. */
export interface DrawWishes {
  readonly priority: KeyPriority;
  /** Routes without a common node, each with a share. */
  readonly disjoint: number;
  /** Without so many routes no key is drawn; otherwise one route will do where the network has no more. */
  readonly required: boolean;
}

/** What the gateways draw for themselves: as little as it is, everything else waits for it. */
export const ownWishes: DrawWishes = { priority: "priority", disjoint: 1, required: false };

/** Confidential and secret messages come before others where key is short; secret ones go two ways. */
export function wishesOfLevel(level: number, policy: LevelPolicy): DrawWishes {
  const rule = levelRule(policy, level);
  return {
    priority: level >= levels.confidential ? "priority" : "ordinary",
    disjoint: rule.disjointRoutes ? 2 : 1,
    required: rule.requireDisjoint,
  };
}
