import type { LevelPolicy, LevelRule } from "./level-policy.ts";
import { isAtLeast, type Suite, suites } from "./suites.ts";

/**
 * What a receiver asks of messages while a network changes from one policy to another: of each level whatever either
 * lets through, since a message may have been written, and not yet read, before the change. Never less than that.
 */
export function duringChange(before: LevelPolicy, after: LevelPolicy): LevelPolicy {
  const levels = after.levels.map((rule, level) => loosest(rule, before.levels[level] ?? rule));
  return { serial: after.serial, levels };
}

function loosest(a: LevelRule, b: LevelRule): LevelRule {
  return {
    minimum: weaker(a.minimum, b.minimum),
    offered: a.offered,
    disjointRoutes: a.disjointRoutes,
    requireDisjoint: a.requireDisjoint,
    padFileBytes: Math.max(a.padFileBytes, b.padFileBytes),
    streamFileBytes: Math.max(a.streamFileBytes, b.streamFileBytes),
  };
}

/** Of two that do not replace each other (OTP and HYBRID), the one below both. */
function weaker(a: Suite, b: Suite): Suite {
  if (isAtLeast(a, b)) return b;
  return isAtLeast(b, a) ? a : suites.aes;
}
