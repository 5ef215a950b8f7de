import en from "./en.json";
import type { Locale } from "./locales.ts";
import { withFallback } from "./with-fallback.ts";

export type Messages = typeof en;

/** One file for each language, read when somebody first chooses it. */
const files: Readonly<Record<Exclude<Locale, "en">, () => Promise<{ readonly default: object }>>> = {
  pt: () => import("./pt.json"),
  es: () => import("./es.json"),
  fr: () => import("./fr.json"),
  de: () => import("./de.json"),
  nl: () => import("./nl.json"),
  it: () => import("./it.json"),
  hu: () => import("./hu.json"),
  mt: () => import("./mt.json"),
};

const read = new Map<Locale, Promise<Messages>>([["en", Promise.resolve(en)]]);

/** Every text of one language, English where it lacks one. The server reads it; a page is sent its own language only. */
export function messagesOf(locale: Locale): Promise<Messages> {
  let messages = read.get(locale);
  if (messages === undefined && locale !== "en") {
    messages = files[locale]().then((file) => withFallback(en, file.default));
    read.set(locale, messages);
  }
  return messages ?? Promise.resolve(en);
}
