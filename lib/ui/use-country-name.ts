"use client";

import { useMessages } from "next-intl";
import { useCallback } from "react";

/** Name of a country by its two letters in the language shown; the letters where it has none. */
export function useCountryName(): (code: string) => string {
  const countries: Readonly<Record<string, string>> = useMessages().countries;
  return useCallback(
    (code: string) => (Object.hasOwn(countries, code) ? (countries[code] ?? code) : code),
    [countries],
  );
}
