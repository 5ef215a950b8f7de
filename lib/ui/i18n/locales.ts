export const locales = ["en", "pt"] as const;

export type Locale = (typeof locales)[number];

/** Tag for dates and numbers: European habits, not American ones. */
export const formatTags: Readonly<Record<Locale, string>> = { en: "en-GB", pt: "pt-PT" };

export const localeCookie = "vernam-locale";

export function isLocale(text: string | undefined): text is Locale {
  return text === "en" || text === "pt";
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
