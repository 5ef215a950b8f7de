import type { Command } from "../../protocol/command.ts";
import type { LevelPolicy, LevelRule } from "../../protocol/level-policy.ts";
import { knownSuites, type Suite } from "../../protocol/suites.ts";

/** "minimum offered disjoint require padFileBytes streamFileBytes": one level's rule as a command says it. */
export const levelRuleShape = /^([1-4]) ([1-4]) ([01]) ([01]) (\d{1,15}) (\d{1,15})$/;

/** Undefined when the text is no rule. */
export function parseLevelRule(text: unknown): LevelRule | undefined {
  const parts = typeof text === "string" ? levelRuleShape.exec(text) : null;
  const [minimum, offered] = [suiteOf(parts?.[1]), suiteOf(parts?.[2])];
  if (parts === null || minimum === undefined || offered === undefined) return undefined;
  return {
    minimum,
    offered,
    disjointRoutes: parts[3] === "1",
    requireDisjoint: parts[4] === "1",
    padFileBytes: Number(parts[5]),
    streamFileBytes: Number(parts[6]),
  };
}

/** The rules of all levels from the arguments `serial` and `level0` to `level3`; undefined when one is missing. */
export function readLevelPolicy(args: Command["args"]): LevelPolicy | undefined {
  const rules = [0, 1, 2, 3].map((level) => parseLevelRule(args[`level${level}`]));
  const levels = rules.filter((rule) => rule !== undefined);
  const { serial } = args;
  return levels.length === rules.length && typeof serial === "number" ? { serial, levels } : undefined;
}

function suiteOf(text: string | undefined): Suite | undefined {
  return knownSuites.find((suite) => String(suite) === text);
}
