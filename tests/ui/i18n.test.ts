import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createTranslator } from "next-intl";
import { describe, expect, it } from "vitest";
import en from "../../lib/ui/i18n/en.json" with { type: "json" };
import lastResort from "../../lib/ui/i18n/last-resort.json" with { type: "json" };
import { formatTags, locales, needsReview } from "../../lib/ui/i18n/locales.ts";
import { messagesOf } from "../../lib/ui/i18n/messages.ts";
import pt from "../../lib/ui/i18n/pt.json" with { type: "json" };
import { withFallback } from "../../lib/ui/i18n/with-fallback.ts";

const root = join(import.meta.dirname, "../..");

function leaves(texts: object, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(texts)) {
    const key = path === "" ? name : `${path}.${name}`;
    if (typeof value === "string") found.set(key, value);
    else for (const [inner, text] of leaves(value as object, key)) found.set(inner, text);
  }
  return found;
}

function argumentsOf(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1] ?? ""))].sort();
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

const english = leaves(en);
const portuguese = leaves(pt);

describe("the two languages", () => {
  it("hold the same keys", () => {
    expect([...portuguese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("leave no text empty", () => {
    for (const [key, text] of [...english, ...portuguese]) expect(text.trim(), key).not.toBe("");
  });

  it("take the same arguments in every text", () => {
    for (const [key, text] of english) {
      const known = argumentsOf(text).filter((name) => /^[a-z]/.test(name));
      const other = argumentsOf(portuguese.get(key) ?? "").filter((name) => /^[a-z]/.test(name));
      if (!text.includes("plural")) expect(other, key).toEqual(known);
    }
  });

  it("are both really translated: a long text is not the same in both", () => {
    for (const [key, text] of english) {
      if (text.length > 24 && !key.startsWith("units.")) expect(portuguese.get(key), key).not.toBe(text);
    }
  });
});

const others = locales.filter(needsReview);

/** A language's own file, without the note at its head. */
function ownTexts(locale: string): { readonly review: unknown; readonly texts: Map<string, string> } {
  const path = join(root, "lib/ui/i18n", `${locale}.json`);
  const { review, ...texts } = JSON.parse(readFileSync(path, "utf8")) as Record<string, object>;
  return { review, texts: leaves(texts) };
}

describe.each(others)("the language %s", (locale) => {
  const { review, texts } = ownTexts(locale);

  it("says in its file that a native speaker has to review it", () => {
    expect(review).toMatch(/reviewed/);
  });

  it("holds no text that English does not know", () => {
    expect([...texts.keys()].filter((key) => !english.has(key))).toEqual([]);
  });

  it("leaves no text empty and takes the arguments of the English one", () => {
    for (const [key, text] of texts) {
      expect(text.trim(), key).not.toBe("");
      const wanted = english.get(key) ?? "";
      const names = (of: string) => argumentsOf(of).filter((name) => /^[a-z]/.test(name));
      if (!wanted.includes("plural")) expect(names(text), key).toEqual(names(wanted));
    }
  });

  it("can be formatted in every text", async () => {
    const refused: string[] = [];
    const t = createTranslator({
      locale: formatTags[locale],
      messages: await messagesOf(locale),
      onError: ({ message }) => refused.push(message),
    }) as (key: string, values: Record<string, number>) => string;
    for (const [key, text] of texts) t(key, Object.fromEntries(argumentsOf(text).map((name) => [name, 3])));
    expect(refused).toEqual([]);
  });

  it("is whole on a screen: English stands where a text is missing", async () => {
    const whole = leaves(await messagesOf(locale));
    expect([...whole.keys()]).toEqual([...english.keys()]);
    for (const [key, text] of whole) expect(text, key).toBe(texts.get(key) ?? english.get(key));
  });

  it("has nearly all words that officials meet in messages, whatever was added last", () => {
    const wanted = [...english.keys()].filter((key) => /^(nav|common|engine|errors|messages)\./.test(key));
    expect(wanted.filter((key) => texts.has(key)).length / wanted.length).toBeGreaterThan(0.85);
  });
});

describe("a missing text", () => {
  const complete = { a: "A", b: { c: "C", d: "D" } };

  it("falls back to English, also below, and when it is empty", () => {
    expect(withFallback(complete, { b: { c: "c" } })).toEqual({ a: "A", b: { c: "c", d: "D" } });
    expect(withFallback(complete, { a: "", b: {} })).toEqual(complete);
  });

  it("falls back when there is something else than a text in its place", () => {
    expect(withFallback(complete, { a: { x: "x" }, b: "b" })).toEqual(complete);
  });

  it("does not bring along what English does not know", () => {
    expect(withFallback(complete, { review: "note", b: { e: "e" } })).toEqual(complete);
  });
});

it("the page of last resort says what the languages say", () => {
  for (const [texts, all] of [
    [lastResort.en, en],
    [lastResort.pt, pt],
  ] as const)
    expect(texts).toEqual({
      title: all.errors.title,
      unknown: all.errors.unknown,
      retry: all.common.retry,
    });
});

describe("screens", () => {
  it("hold no text of their own between tags", () => {
    const offenders: string[] = [];
    for (const source of [...sources("app"), ...sources("lib/ui")]) {
      for (const match of source.matchAll(
        /<\/?[a-zA-Z][\w.]*[^<>{}=]*>\s*([A-Za-z][a-z]+ [a-z]+[^<>{}]*)\s*</g,
      )) {
        offenders.push(match[1] ?? "");
      }
    }
    expect(offenders).toEqual([]);
  });
});
