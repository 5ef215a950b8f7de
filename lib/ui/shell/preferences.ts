import { type Locale, localeCookie } from "../i18n/locales.ts";
import { type Theme, themeCookie } from "./theme.ts";

const oneYear = 31_536_000;

/** Kept in cookies so that the server draws the first frame right: no flash of the other theme or language. */
function setPreference(name: string, value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and Safari
  document.cookie = `${name}=${value}; path=/; max-age=${oneYear}; samesite=lax`;
}

export function chooseTheme(theme: Theme): void {
  setPreference(themeCookie, theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function rememberLocale(locale: Locale): void {
  setPreference(localeCookie, locale);
}
