import { readFileSync } from "node:fs";
import { createTranslator } from "next-intl";
import loader from "next-intl/extractor/catalogLoader";
import { describe, expect, it } from "vitest";
import { formatTags, locales } from "../../lib/ui/i18n/locales.ts";
import { withFallback } from "../../lib/ui/i18n/with-fallback.ts";
import config from "../../next.config.js";

const root = new URL("../../", import.meta.url);
const rules = (config.turbopack?.rules ?? {}) as Record<string, { loaders: { options: object }[] }>;
const options = rules["**/i18n/*.json"]?.loaders[0]?.options;

/** What pages format compiled texts with: the alias of the build. */
const formatter = new URL("node_modules/use-intl/dist/esm/production/format-message/format-only.js", root);
const { default: formatCompiled } = (await import(formatter.href)) as {
  default: (key: string, text: unknown, values: object, options: object) => unknown;
};
const formatters = {
  getNumberFormat: (...args: ConstructorParameters<typeof Intl.NumberFormat>) =>
    new Intl.NumberFormat(...args),
  getPluralRules: (...args: ConstructorParameters<typeof Intl.PluralRules>) => new Intl.PluralRules(...args),
};

/** A language's file as the build makes it. */
function compiled(source: string, path: string): Promise<object> {
  return new Promise((resolve, reject) => {
    const async = () => (error: Error | null, code: string) => {
      if (error) reject(error);
      else resolve(new Function(code.replace("export default", "return"))() as object);
    };
    const context = { getOptions: () => options, async, resourcePath: path, rootContext: root.pathname };
    (loader as (this: object, source: string) => void).call(context, source);
  });
}

type Leaf = string | readonly unknown[];

function leaves(texts: object, path: readonly string[] = []): [string, Leaf][] {
  return Object.entries(texts).flatMap(([name, value]: [string, Leaf | object]): [string, Leaf][] =>
    typeof value === "string" || Array.isArray(value)
      ? [[[...path, name].join("."), value as Leaf]]
      : leaves(value as object, [...path, name]),
  );
}

describe.each(locales)("the texts of %s, read when the pages are built", (locale) => {
  const path = new URL(`lib/ui/i18n/${locale}.json`, root).pathname;
  const source = readFileSync(path, "utf8");

  it("say what the texts themselves say, for every number", async () => {
    const raw = JSON.parse(source) as object;
    const t = createTranslator({ locale: formatTags[locale], messages: raw }) as unknown as (
      key: string,
      values: object,
    ) => string;
    const read = new Map(leaves(await compiled(source, path)));
    const written = leaves(raw) as [string, string][];
    expect([...read.keys()]).toEqual(written.map(([key]) => key));
    expect([...read.values()].filter((text) => typeof text !== "string").length).toBeGreaterThan(100);
    for (const [key, text] of written) {
      const names = [...text.matchAll(/\{(\w+)/g)].map((match) => match[1] ?? "");
      for (const number of [0, 1, 2, 3, 5, 21, 1_234_567]) {
        const values = Object.fromEntries(names.map((name) => [name, number]));
        const shown = formatCompiled(key, read.get(key), values, { locale: formatTags[locale], formatters });
        expect(shown, key).toBe(t(key, values));
        if (names.length === 0) break;
      }
    }
  });

  it("are whole beside English ones", async () => {
    const own = await compiled(source, path);
    const english = await compiled(readFileSync(new URL("lib/ui/i18n/en.json", root), "utf8"), "/en.json");
    const [texts, others] = [new Map(leaves(own)), new Map(leaves(english))];
    for (const [key, text] of leaves(withFallback(english, own)))
      expect(text, key).toEqual(texts.get(key) ?? others.get(key));
    expect(leaves(withFallback(english, {}))).toEqual(leaves(english));
  });
});
