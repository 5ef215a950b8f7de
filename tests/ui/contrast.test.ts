import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const css = readFileSync(join(import.meta.dirname, "../../lib/ui/tokens.css"), "utf8");

interface Colour {
  readonly light: string;
  readonly dark: string;
}

const tokens = new Map<string, Colour>(
  [...css.matchAll(/--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)/g)].map(
    ([, name, light, dark]) => [name ?? "", { light: light ?? "", dark: dark ?? "" }],
  ),
);

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const grounds = ["paper", "surface", "sunken"];
const inks = ["ink", "ink-soft", "ink-faint", "accent", "accent-strong", "ok", "warn", "alarm"];

/** Text on its ground: at least 4.5. */
const textPairs: (readonly [string, string])[] = [
  ...grounds.flatMap((ground) => inks.map((ink) => [ink, ground] as const)),
  ...["ok", "warn", "alarm", "accent"].flatMap((state) => [
    [state, `${state}-wash`] as const,
    ["ink", `${state}-wash`] as const,
    ["ink-soft", `${state}-wash`] as const,
  ]),

  ["accent-ink", "accent"],
  ["accent-ink", "accent-strong"],
  ["alarm-ink", "alarm"],
  ["banner-ink", "banner"],
  ["ink", "land"],
  ["ink", "sea"],
  ["ink-soft", "sea"],
  ["paper", "ink"],
];

/** Lines, icons and edges that carry meaning: at least 3. */
const graphicPairs: (readonly [string, string])[] = [
  ...grounds.map((ground) => ["line-strong", ground] as const),
  ...["accent", "ok", "alarm", "warn", "ink-faint"].flatMap((line) => [
    [line, "land"] as const,
    [line, "sea"] as const,
  ]),
  ...[1, 2, 3, 4, 5].map((n) => [`series-${n}`, "surface"] as const),
];

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  const of = (name: string) => tokens.get(name)?.[theme] ?? "";

  it.each(textPairs)("%s on %s can be read (4.5 : 1)", (ink, ground) => {
    expect(contrast(of(ink), of(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(graphicPairs)("%s on %s can be told apart (3 : 1)", (line, ground) => {
    expect(contrast(of(line), of(ground))).toBeGreaterThanOrEqual(3);
  });
});

it("every colour that a stylesheet or a chart names is a token", () => {
  const theme = readFileSync(join(import.meta.dirname, "../../app/globals.css"), "utf8");
  const named = [...theme.matchAll(/--color-[\w-]+: var\(--([\w-]+)\)/g)].map((match) => match[1] ?? "");
  for (const name of named) expect(tokens.has(name), name).toBe(true);
});

/** Ink and ground that one class list names together, with the same variants before them ("hover:", "md:"). */
function pairsOf(classes: string): (readonly [string, string])[] {
  const named = (kind: string) =>
    classes.split(/\s+/).flatMap((name) => {
      const [, variants = "", token = ""] = new RegExp(`^((?:[\\w-]+:)*)${kind}-([\\w-]+)$`).exec(name) ?? [];
      return tokens.has(token) ? [{ variants, token }] : [];
    });
  const grounds = named("bg");
  return named("text").flatMap((ink) =>
    grounds
      .filter(({ variants }) => variants === ink.variants)
      .map(({ token }) => [ink.token, token] as const),
  );
}

it("knows every pair of ink and ground that a component names together", () => {
  const root = resolve(import.meta.dirname, "../..");
  const tested = new Set(textPairs.map(([ink, ground]) => `${ink} on ${ground}`));
  const unknown = ["app", "lib/ui"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".tsx"))
      .flatMap((file) => {
        const source = readFileSync(join(root, folder, file), "utf8");
        const texts = [...source.matchAll(/["'`]([^"'`]*)["'`]/g)].map(([, text]) => text ?? "");
        return texts.flatMap(pairsOf).map(([ink, ground]) => `${ink} on ${ground} (${folder}/${file})`);
      })
      .filter((pair) => !tested.has(pair.replace(/ \(.*/, ""))),
  );
  expect(unknown).toEqual([]);
});
