import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "../../lib/ui/i18n/en.json" with { type: "json" };
import pt from "../../lib/ui/i18n/pt.json" with { type: "json" };

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
