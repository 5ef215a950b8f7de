import { cookies, headers } from "next/headers";
import { createTranslator } from "next-intl";
import { chooseLocale, formatTags, type Locale, localeCookie } from "./locales.ts";
import { messagesOf } from "./messages.ts";

/** Language of the request being answered. */
export async function requestLocale(): Promise<Locale> {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  return chooseLocale(jar.get(localeCookie)?.value, head.get("accept-language"));
}

/** Translator for server components (titles, explanations); client components use `useTranslations`. */
export async function serverTranslator() {
  const locale = await requestLocale();
  return createTranslator({ locale: formatTags[locale], messages: await messagesOf(locale) });
}
