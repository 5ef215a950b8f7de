import en from "./en.json" with { type: "json" };
import type { Locale } from "./locales.ts";
import pt from "./pt.json" with { type: "json" };

export type Messages = typeof en;

/** Every text of one language; that both hold the same keys is a test. */
export function messagesOf(locale: Locale): Messages {
  return locale === "pt" ? pt : en;
}
