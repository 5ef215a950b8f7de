"use client";

import { useTranslations } from "next-intl";
import { choosePresence, usePresenceShown } from "./presence-choice.ts";

/** Whether others see that one is there. Both ways at once: who hides sees nobody. */
export function PresenceSetting() {
  const t = useTranslations("presence");
  const shown = usePresenceShown();
  return (
    <label title={t("hint")} className="flex min-h-9 items-center gap-2 border-t border-line px-3 text-sm">
      <input
        type="checkbox"
        checked={shown}
        onChange={(event) => choosePresence(event.target.checked)}
        className="size-4 accent-accent"
      />
      <span className="text-ink-soft">{t("setting")}</span>
    </label>
  );
}
