import type { LevelRuleView, PoliciesView, QuotaView } from "@/lib/keys/api-types.ts";
import { isAtLeast, type Suite, usesPad } from "@/lib/protocol/suites.ts";

/** The rules as somebody changes them. */
export interface PolicyDraft {
  readonly rules: readonly LevelRuleView[];
  readonly quotas: readonly QuotaView[];
}

export interface PolicyCommand {
  readonly kind: "policy.levels" | "policy.quota";
  readonly args: Readonly<Record<string, string | number>>;
}

export function draftOf(view: PoliciesView): PolicyDraft {
  return { rules: view.levels.rules, quotas: view.quotas };
}

export function ruleText(rule: LevelRuleView): string {
  const { minimum, offered, disjointRoutes, requireDisjoint, padFileBytes, streamFileBytes } = rule;
  const flags = [disjointRoutes, requireDisjoint].map(Number);
  return [minimum, offered, ...flags, padFileBytes, streamFileBytes].join(" ");
}

export const quotaName = ({ site, level }: Pick<QuotaView, "site" | "level">) => `${site} ${level ?? "all"}`;

/** The commands that make the draft the rule; none when it is. */
export function commandsOf(view: PoliciesView, draft: PolicyDraft): PolicyCommand[] {
  const commands: PolicyCommand[] = [];
  const texts = draft.rules.map(ruleText);
  if (texts.join() !== view.levels.rules.map(ruleText).join()) {
    const levels = Object.fromEntries(texts.map((text, level) => [`level${level}`, text]));
    commands.push({ kind: "policy.levels", args: { serial: view.levels.serial + 1, ...levels } });
  }
  const before = new Map(view.quotas.map((quota) => [quotaName(quota), quota]));
  const after = new Map(draft.quotas.map((quota) => [quotaName(quota), quota]));
  for (const [name, quota] of after)
    if (before.get(name)?.bytesPerHour !== quota.bytesPerHour) commands.push(quotaCommand(quota));
  for (const [name, quota] of before)
    if (!after.has(name)) commands.push(quotaCommand({ ...quota, bytesPerHour: 0 }));
  return commands;
}

function quotaCommand({ site, level, bytesPerHour }: QuotaView): PolicyCommand {
  return {
    kind: "policy.quota",
    args: { site, level: level === null ? "all" : String(level), bytesPerHour },
  };
}

/** The check that every gateway and device makes too. */
export function isConsistent({ rules }: PolicyDraft): boolean {
  return rules.every((rule, level) => {
    const minimum = rule.minimum as Suite;
    const below = rules[level - 1];
    return (
      isAtLeast(rule.offered as Suite, minimum) &&
      (!rule.requireDisjoint || rule.disjointRoutes) &&
      (!usesPad(minimum) || rule.streamFileBytes === 0) &&
      (below === undefined || isAtLeast(minimum, below.minimum as Suite))
    );
  });
}

/** Another least cipher, with what has to follow from it. */
export function withMinimum(rule: LevelRuleView, minimum: Suite): LevelRuleView {
  const offered = isAtLeast(rule.offered as Suite, minimum) ? rule.offered : minimum;
  return { ...rule, minimum, offered, streamFileBytes: usesPad(minimum) ? 0 : rule.streamFileBytes };
}
