"use client";

import { useTranslations } from "next-intl";

const entries = [
  { condition: "generating", line: "stroke-accent", dash: undefined },
  { condition: "standby", line: "stroke-ok", dash: undefined },
  { condition: "starting", line: "stroke-ink-faint", dash: "4 3" },
  { condition: "alarm", line: "stroke-alarm", dash: undefined },
  { condition: "down", line: "stroke-alarm", dash: "3 5" },
  { condition: "quarantined", line: "stroke-warn", dash: "1 3" },
] as const;

const dots = [
  { kind: "endpoint", dot: "stroke-ink", cap: "round", size: 7 },
  { kind: "trusted-node", dot: "stroke-ink-soft", cap: "round", size: 4 },
  { kind: "ogs", dot: "stroke-warn", cap: "square", size: 6 },
] as const;

export function MapLegend() {
  const t = useTranslations();
  return (
    <details className="absolute bottom-2 left-2 max-w-56 rounded-md border border-line bg-surface text-xs">
      <summary className="px-2.5 py-1 font-medium">{t("map.legend")}</summary>
      <ul className="grid gap-0.5 px-2.5 pb-2">
        {entries.map(({ condition, line, dash }) => (
          <li key={condition} className="flex items-center gap-2">
            <svg viewBox="0 0 24 8" className="h-2 w-6 shrink-0" aria-hidden="true" focusable="false">
              <path d="M1 4h22" fill="none" className={line} strokeWidth={2.5} strokeDasharray={dash} />
            </svg>
            {t(`link.condition.${condition}`)}
          </li>
        ))}
        {dots.map(({ kind, dot, cap, size }) => (
          <li key={kind} className="flex items-center gap-2">
            <svg viewBox="0 0 24 8" className="h-2 w-6 shrink-0" aria-hidden="true" focusable="false">
              <path d="M12 4h.01" fill="none" className={dot} strokeWidth={size} strokeLinecap={cap} />
            </svg>
            {t(`siteKind.${kind}`)}
          </li>
        ))}
        <li className="flex items-center gap-2">
          <span className="h-2 w-6 shrink-0 border border-line bg-night/40" />
          {t("map.night")}
        </li>
        <li className="flex items-center gap-2">
          <span className="h-2 w-6 shrink-0 rounded-full border border-dotted border-warn bg-warn-wash" />
          {t("map.footprint")}
        </li>
        <li className="pt-1 text-ink-soft">{t("map.thickness")}</li>
      </ul>
    </details>
  );
}
