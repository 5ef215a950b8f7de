"use client";

import { useTranslations } from "next-intl";
import type { Level, LevelChoice } from "../../messenger/messenger-api.ts";
import { Icon } from "../icon.tsx";

const levels = ["0", "1", "2", "3", "4"] as const;

/** A level that cannot be sent here. TOP SECRET is not even a value of the protocol. */
export interface RefusedLevel {
  readonly name: (typeof levels)[number];
  /** The policy's code; null for TOP SECRET, which nothing carries. */
  readonly code: string | null;
}

interface LevelSelectProps {
  readonly value: Level;
  readonly choices: readonly LevelChoice[];
  readonly onChange: (level: Level) => void;
  readonly onRefused: (level: RefusedLevel) => void;
}

/** The classification of what is being written. What cannot be sent stays in the list and is refused aloud. */
export function LevelSelect({ value, choices, onChange, onRefused }: LevelSelectProps) {
  const t = useTranslations("messages");
  function choose(name: string) {
    const choice = choices.find(({ level }) => String(level) === name);
    if (choice && choice.refused === null) return onChange(choice.level);
    const refused = levels.find((one) => one === name);
    if (refused) onRefused({ name: refused, code: choice?.refused ?? null });
  }
  return (
    <span className="relative">
      <select
        aria-label={t("level")}
        value={String(value)}
        onChange={(event) => choose(event.target.value)}
        className="min-h-7 appearance-none rounded-md border border-line-strong bg-surface pr-7 pl-2 text-sm font-medium"
      >
        {levels.map((name) => (
          <option key={name} value={name}>
            {t(`levelName.${name}`)}
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
