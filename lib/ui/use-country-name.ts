"use client";

import { useTranslations } from "next-intl";
import { useCallback } from "react";
import type { Messages } from "./i18n/messages.ts";

/** Name of a country by its two letters in the language shown; the letters where it has none. */
export function useCountryName(): (code: string) => string {
  const t = useTranslations("countries");
  return useCallback(
    (code: string) => {
      const key = code as keyof Messages["countries"];
      return t.has(key) ? t(key) : code;
    },
    [t],
  );
}
