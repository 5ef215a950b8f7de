"use client";

import { useTranslations } from "next-intl";
import { Icon } from "../icon.tsx";

const levels = ["0", "1", "2", "3", "4"] as const;

export type RefusedLevel = Exclude<(typeof levels)[number], "0">;

/** Shows that a message has a level. Only Unclassified can be sent in this version; the others are refused aloud. */
export function LevelSelect({ onRefused }: { onRefused: (level: RefusedLevel) => void }) {
  const t = useTranslations("messages");
  return (
    <span className="relative">
      <select
        aria-label={t("level")}
        value="0"
        onChange={(event) => {
          const level = levels.find((name) => name === event.target.value);
          if (level && level !== "0") onRefused(level);
        }}
        className="min-h-7 appearance-none rounded-md border border-line-strong bg-surface pr-7 pl-2 text-sm font-medium"
      >
        {levels.map((level) => (
          <option key={level} value={level}>
            {t(`levelName.${level}`)}
          </option>
        ))}
      </select>
      <Icon
        name="chevronDown"
        className="pointer-events-none absolute top-1/2 right-2 size-3 -translate-y-1/2 text-ink-soft"
      />
    </span>
  );
}
