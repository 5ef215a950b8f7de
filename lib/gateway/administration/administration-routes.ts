import { z } from "zod";
import { encodeLevelPolicy } from "../../protocol/level-policy.ts";
import { parseQuery } from "../operations/parse-query.ts";
import type { Administration } from "./administration.ts";
import { levelRuleShape, parseLevelRule } from "./level-rules.ts";

type Read = <Answer>(path: string, answer: (query: unknown) => Answer | Promise<Answer>) => void;

const time = z.coerce.number().int().min(0).max(8.64e15);
const historyQuery = z.object({
  state: z.enum(["all", "standing", "open"]).default("all"),
  before: time.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
const affectedQuery = z.object({ alarm: z.string().min(1).max(100) });
const mostPeriods = 1000;
const serviceQuery = z
  .object({ from: time, to: time, bucketMs: z.coerce.number().int().min(60_000) })
  .refine((range) => range.to > range.from && (range.to - range.from) / range.bucketMs <= mostPeriods);

/** A parameter that may stand there several times. */
const texts = (shape: RegExp) => {
  const text = z.string().regex(shape);
  return z.union([z.array(text).max(100), text.transform((one) => [one])]).default([]);
};
const quotaShape = /^(\S{1,64}) (all|[0-3]) ([1-9]\d{0,14})$/;
/** `quota`: "site level bytesPerHour", level "all" or a number; `level`: a rule for each, as in command policy.levels. */
const trialQuery = z.object({ quota: texts(quotaShape), level: texts(levelRuleShape) });

/** Reads of what administrators decide and measure, for the same people as the other reads of operations. */
export function installAdministrationRoutes(read: Read, administration: Administration): void {
  const { alarms, policies } = administration;
  read("/ops/alarms/history", (query) => {
    const { state, limit, before } = parseQuery(historyQuery, query);
    return alarms.list({ state, limit, ...(before === undefined ? {} : { before }) });
  });
  read("/ops/alarms/affected", (query) => administration.affected(parseQuery(affectedQuery, query).alarm));
  read("/ops/policies", () => policies.view());
  read("/ops/policies/trial", (query) => {
    const asked = parseQuery(trialQuery, query);
    const quotas = asked.quota.map((text) => {
      const [, site = "", level, bytes] = quotaShape.exec(text) ?? [];
      return { site, level: level === "all" ? null : Number(level), bytesPerHour: Number(bytes) };
    });
    const rules = asked.level.flatMap((text) => parseLevelRule(text) ?? []);
    const levels = { serial: 0, levels: rules.length === 4 ? rules : policies.levels.levels };
    encodeLevelPolicy(levels);
    return administration.trial({ levels, quotas });
  });
  read("/ops/service", (query) => administration.service(parseQuery(serviceQuery, query)));
}
