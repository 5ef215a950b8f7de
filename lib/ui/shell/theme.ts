export const themes = ["system", "light", "dark"] as const;

export type Theme = (typeof themes)[number];

export const themeCookie = "vernam-theme";

export function isTheme(text: string | undefined): text is Theme {
  return text === "system" || text === "light" || text === "dark";
}
