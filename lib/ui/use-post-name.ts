"use client";

import { useTranslations } from "next-intl";
import { useCallback } from "react";
import type { Messages } from "./i18n/messages.ts";
import { splitPostName } from "./post-name.ts";

/** Place and title of a post; the titles of the demonstration are shown in the reader's language. */
export function usePostName(): (name: string) => { readonly place: string; readonly title: string } {
  const t = useTranslations("postTitle");
  return useCallback(
    (name: string) => {
      const { place, title } = splitPostName(name);
      const key = title as keyof Messages["postTitle"];
      return { place, title: title !== "" && t.has(key) ? t(key) : title };
    },
    [t],
  );
}
