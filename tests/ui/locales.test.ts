import { expect, it } from "vitest";
import { chooseLocale } from "../../lib/ui/i18n/locales.ts";

it("shows the language that was chosen before, whatever the browser asks for", () => {
  expect(chooseLocale("pt", "en")).toBe("pt");
  expect(chooseLocale("en", "pt-PT,pt;q=0.9")).toBe("en");
});

it("follows the browser's order of preference", () => {
  expect(chooseLocale(undefined, "pt-PT,pt;q=0.9,en;q=0.8")).toBe("pt");
  expect(chooseLocale(undefined, "pl, pt;q=0.4, en;q=0.6")).toBe("en");
  expect(chooseLocale(undefined, "en;q=0.2, pt;q=0.7")).toBe("pt");
});

it("passes over a language that is refused", () => {
  expect(chooseLocale(undefined, "pt;q=0, en;q=0.1")).toBe("en");
});

it("falls back to English", () => {
  expect(chooseLocale(undefined, null)).toBe("en");
  expect(chooseLocale("xx", "pl,fi;q=0.5")).toBe("en");
  expect(chooseLocale(undefined, ";;q=,,=")).toBe("en");
});
