"use client";

import { useMessages } from "next-intl";
import { useCallback } from "react";
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
  const { postTitle: titles, postOffice: offices, postTown: towns } = useMessages();
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

/**
 * The translation of an English name by itself as key; the name where there is none. Looked up, not asked of the
 * translator: that one throws for each name it does not know, in every row of a thread.
 */
function inWords(words: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(words, name) ? (words[name] ?? name) : name;
}
