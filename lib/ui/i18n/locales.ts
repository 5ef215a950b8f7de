/** Complete and reviewed with every change first; the others follow and fall back to English where they lack a text. */
export const locales = ["en", "pt", "es", "fr", "de", "nl", "it", "hu", "mt"] as const;

export type Locale = (typeof locales)[number];

/** Tag for dates and numbers: European habits, not American ones. */
export const formatTags: Readonly<Record<Locale, string>> = {
  en: "en-GB",
  pt: "pt-PT",
  es: "es-ES",
  fr: "fr-FR",
  de: "de-DE",
  nl: "nl-NL",
  it: "it-IT",
  hu: "hu-HU",
  mt: "mt-MT",
};

/** Written without a native speaker: the language menu says that they need review. */
export function needsReview(locale: Locale): boolean {
  return locale !== "en" && locale !== "pt";
}

export const localeCookie = "vernam-locale";

export function isLocale(text: string | undefined): text is Locale {
  return locales.some((locale) => locale === text);
}

/**
 * The language to show: the one chosen before (cookie), else the first of Accept-Language that exists
 * (RFC 9110 §12.5.4, by quality), else English.
 */
export function chooseLocale(cookie: string | undefined, acceptLanguage: string | null): Locale {
  if (isLocale(cookie)) return cookie;
  const wanted = (acceptLanguage ?? "")
    .split(",")
    .map((part, order) => {
      const [tag = "", ...parameters] = part.trim().split(";");
      const quality = parameters.map((p) => /^\s*q=([\d.]+)$/.exec(p)?.[1]).find((q) => q !== undefined);
      return {
        language: tag.trim().toLowerCase().split("-")[0],
        quality: quality === undefined ? 1 : Number(quality),
        order,
      };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || a.order - b.order);
  for (const { language } of wanted) if (isLocale(language)) return language;
  return "en";
}
