"use client";

import { useTranslations } from "next-intl";
import type { Level } from "../../messenger/messenger-api.ts";

/** The banner above and below whatever has a level. */
export function Classification({ level }: { level: Level }) {
  const t = useTranslations("messages");
  const name = t(`levelName.${level}`);
  return (
    <p className="border-y border-line bg-sunken text-center text-xs leading-5 font-semibold tracking-widest text-ink uppercase">
      <span className="sr-only">{t("classificationBanner", { level: name })}</span>
      <span aria-hidden="true">{name}</span>
    </p>
  );
}
