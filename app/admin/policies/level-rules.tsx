"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { LevelRuleView } from "@/lib/keys/api-types.ts";
import { type Suite, usesPad } from "@/lib/protocol/suites.ts";
import { SelectField, TextField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { withMinimum } from "./policy-draft.ts";

/** In the order of strength as people learn it. */
const suiteOrder = [2, 3, 1, 4] as const satisfies readonly Suite[];
const suiteNames = { 1: "OTP", 2: "AES", 3: "HYBRID", 4: "OTP_HYBRID" } as const;
const levels = ["0", "1", "2", "3"] as const;
const routeWishes = ["none", "wanted", "required"] as const;
type RouteWish = (typeof routeWishes)[number];

interface LevelRulesProps {
  readonly rules: readonly LevelRuleView[];
  /** null: only to read. */
  readonly onChange: ((rules: readonly LevelRuleView[]) => void) | null;
}

export function LevelRules({ rules, onChange }: LevelRulesProps) {
  const t = useTranslations("policies");
  const names = useTranslations("messages.levelName");
  const heads = [t("level"), t("minimum"), t("offered"), t("routes"), t("padFile"), t("streamFile")];
  const change = (level: number, rule: LevelRuleView) =>
    onChange?.(rules.map((one, at) => (at === level ? rule : one)));
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
      tabIndex={0}
      aria-label={t("levels")}
      className="thin-scroll overflow-x-auto rounded-md border border-line bg-surface"
    >
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{t("levels")}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th
                key={head}
                scope="col"
                className="border-b border-line-strong px-3 py-1.5 text-left text-xs font-semibold whitespace-nowrap text-ink-soft"
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {levels.map((name, level) => {
            const rule = rules[level];
            if (!rule) return null;
            return (
              <tr key={name} data-level={name} className="border-b border-line last:border-b-0">
                <th scope="row" className="px-3 py-2 text-left font-medium whitespace-nowrap">
                  {names(name)}
                </th>
                <RuleCells
                  rule={rule}
                  name={names(name)}
                  onChange={onChange ? (changed) => change(level, changed) : null}
                />
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

interface RuleCellsProps {
  readonly rule: LevelRuleView;
  readonly name: string;
  readonly onChange: ((rule: LevelRuleView) => void) | null;
}

function RuleCells({ rule, name, onChange }: RuleCellsProps) {
  const t = useTranslations("policies");
  const suites = useTranslations("messages.suiteName");
  const quantity = useQuantity();
  const wish: RouteWish = rule.requireDisjoint ? "required" : rule.disjointRoutes ? "wanted" : "none";
  if (onChange === null) {
    return (
      <>
        <Cell>{suites(suiteNames[rule.minimum as Suite])}</Cell>
        <Cell>{suites(suiteNames[rule.offered as Suite])}</Cell>
        <Cell>{t(`route.${wish}`)}</Cell>
        <Cell>{quantity.data(rule.padFileBytes)}</Cell>
        <Cell>{rule.streamFileBytes === 0 ? "—" : quantity.data(rule.streamFileBytes)}</Cell>
      </>
    );
  }
  const suiteChoice = (label: string, value: number, choose: (suite: Suite) => void) => (
    <SelectField
      label={`${label}, ${name}`}
      hideLabel
      value={value}
      onChange={(event) => choose(Number(event.target.value) as Suite)}
      className="min-w-52"
    >
      {suiteOrder.map((suite) => (
        <option key={suite} value={suite}>
          {suites(suiteNames[suite])}
        </option>
      ))}
    </SelectField>
  );
  return (
    <>
      <Cell>{suiteChoice(t("minimum"), rule.minimum, (suite) => onChange(withMinimum(rule, suite)))}</Cell>
      <Cell>{suiteChoice(t("offered"), rule.offered, (offered) => onChange({ ...rule, offered }))}</Cell>
      <Cell>
        <SelectField
          label={`${t("routes")}, ${name}`}
          hideLabel
          value={wish}
          className="min-w-40"
          onChange={(event) => {
            const chosen = event.target.value as RouteWish;
            onChange({
              ...rule,
              disjointRoutes: chosen !== "none",
              requireDisjoint: chosen === "required",
            });
          }}
        >
          {routeWishes.map((one) => (
            <option key={one} value={one}>
              {t(`route.${one}`)}
            </option>
          ))}
        </SelectField>
      </Cell>
      <Cell>
        <SizeField
          label={`${t("padFile")} (${t("kilobytes")}), ${name}`}
          unit={t("kilobytes")}
          bytes={rule.padFileBytes}
          unitBytes={1024}
          mostUnits={960}
          onChange={(padFileBytes) => onChange({ ...rule, padFileBytes })}
        />
      </Cell>
      <Cell>
        {usesPad(rule.minimum) ? (
          "—"
        ) : (
          <SizeField
            label={`${t("streamFile")} (${t("megabytes")}), ${name}`}
            unit={t("megabytes")}
            bytes={rule.streamFileBytes}
            unitBytes={1024 * 1024}
            mostUnits={1024 * 1024}
            onChange={(streamFileBytes) => onChange({ ...rule, streamFileBytes })}
          />
        )}
      </Cell>
    </>
  );
}

function Cell({ children }: { children: ReactNode }) {
  return <td className="px-3 py-2 whitespace-nowrap">{children}</td>;
}

interface SizeFieldProps {
  readonly label: string;
  readonly unit: string;
  readonly bytes: number;
  readonly unitBytes: number;
  readonly mostUnits: number;
  readonly onChange: (bytes: number) => void;
}

function SizeField({ label, unit, bytes, unitBytes, mostUnits, onChange }: SizeFieldProps) {
  return (
    <span className="flex items-center gap-2">
      <TextField
        label={label}
        hideLabel
        type="number"
        min={0}
        max={mostUnits}
        className="w-28"
        value={Math.round(bytes / unitBytes)}
        onChange={(event) =>
          onChange(Math.min(mostUnits, Math.max(0, Math.round(Number(event.target.value)))) * unitBytes)
        }
      />
      <span className="text-ink-soft">{unit}</span>
    </span>
  );
}
