import { demand } from "./refused.ts";
import { bool, checked, integer, list, record, uint, type ValueOf, versioned } from "./shapes.ts";
import { suite } from "./structures.ts";

const rule = record({
  minimum: suite,
  offered: suite,
  disjointRoutes: bool,
  requireDisjoint: bool,
  padFileBytes: integer(0, 983_040),
  streamFileBytes: integer(0, 2 ** 40),
});

/** Suites (1 OTP, 2 AES, 3 HYBRID, 4 OTP_HYBRID) that are at least as strong as each. */
const atLeast: Record<number, number[]> = { 1: [1, 4], 2: [1, 2, 3, 4], 3: [3, 4], 4: [4] };

function checkRules(rules: ValueOf<typeof rule>[]): void {
  for (const [level, { minimum, offered, ...rule }] of rules.entries()) {
    const lower = rules[level - 1]?.minimum ?? 2;
    demand(atLeast[lower]?.includes(minimum) === true, "policy.order");
    demand(atLeast[minimum]?.includes(offered) === true, "policy.offered");
    demand(rule.disjointRoutes || !rule.requireDisjoint, "policy.disjoint");
    const padded = minimum === 1 || minimum === 4;
    demand(!padded || rule.streamFileBytes === 0, "policy.files");
  }
}

/** docs/PROTOCOL.md §2 and §6, "Levels". @throws Refused policy.* */
export const levelPolicy = versioned({ serial: uint, levels: checked(list(rule, 4, 4), checkRules) });
