"use client";

import { useTranslations } from "next-intl";
import type { Level } from "../../messenger/messenger-api.ts";

/** The banner above and below whatever has a level: the highest of what is shown and what is being written. */
export function Classification({ level }: { level: Level }) {
  const t = useTranslations("messages");
  const name = t(`levelName.${level}`);
  return (
    <p
      data-level={level}
      className={`border-y text-center text-xs leading-5 font-semibold tracking-widest uppercase ${
        level === 0 ? "border-line bg-sunken text-ink" : "border-ink bg-ink text-paper"
      }`}
    >
      <span className="sr-only">{t("classificationBanner", { level: name })}</span>
      <span aria-hidden="true">{name}</span>
    </p>
  );
}

/** The level of one message, where it is not Unclassified. */
export function LevelMark({ level }: { level: Level }) {
  const t = useTranslations("messages");
  if (level === 0) return null;
  return (
    <span className="rounded-sm border border-ink px-1 text-xs leading-4 font-semibold tracking-wide text-ink">
      {t(`levelName.${level}`)}
    </span>
  );
}
