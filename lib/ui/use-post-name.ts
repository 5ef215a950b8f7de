"use client";

import { useTranslations } from "next-intl";
import { useCallback } from "react";
import type { Messages } from "./i18n/messages.ts";
import { splitPostName } from "./post-name.ts";

export interface PostName {
  readonly place: string;
  readonly title: string;
  /** Both, for where a person is named in full. */
  readonly whole: string;
}

/**
 * A post's place ("Ministry of Foreign Affairs, Madrid") and title ("Duty officer") in the reader's language. What the
 * words of no language know, such as the name of a company, stays as it is.
 */
export function usePostName(): (name: string) => PostName {
  const titles = useTranslations("postTitle");
  const offices = useTranslations("postOffice");
  const towns = useTranslations("postTown");
  return useCallback(
    (name: string) => {
      const { place: whole, title } = splitPostName(name);
      const comma = whole.lastIndexOf(", ");
      const [office, town] = comma < 0 ? [whole, ""] : [whole.slice(0, comma), whole.slice(comma + 2)];
      const place = [inWords(offices, inWords(towns, office)), inWords(towns, town)]
        .filter(Boolean)
        .join(", ");
      const shown = inWords(titles, title);
      return { place, title: shown, whole: shown === "" ? place : `${shown}, ${place}` };
    },
    [titles, offices, towns],
  );
}

type Words = keyof (Messages["postTitle"] & Messages["postOffice"] & Messages["postTown"]);

/** The translation of an English name by itself as key; the name where there is none. A dot would be a path. */
function inWords(t: { (key: never): string; has(key: never): boolean }, name: string): string {
  const key = name as Words as never;
  return name !== "" && !name.includes(".") && t.has(key) ? t(key) : name;
}
