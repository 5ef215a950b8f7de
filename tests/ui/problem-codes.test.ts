import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import en from "../../lib/ui/i18n/en.json" with { type: "json" };
import pt from "../../lib/ui/i18n/pt.json" with { type: "json" };
import { preciseInEnglish, problemTextOf, problemTexts } from "../../lib/ui/problem-codes.ts";

const lib = join(import.meta.dirname, "../../lib");

/** Programs without a screen, and what stops a process before it has one: told by its log or on the command line. */
const withoutScreen = [
  "ui/",
  "launcher/",
  "keys/cli/",
  "keys/pki/",
  "keys/external/",
  "relay/cli/",
  "gateway/cli/",
  "scenarios/rehearse/",
];
const beforeScreens = ["database", "start", "quantum-cli", "migration", "pki", "installation"];

const sources = readdirSync(lib, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => !withoutScreen.some((folder) => relative(lib, path).startsWith(folder)))
  .map((path) => readFileSync(path, "utf8"));

/** VernamError and every class made from it, however far. */
function errorClasses(): Set<string> {
  const classes = new Set(["VernamError"]);
  for (let before = 0; before < classes.size; ) {
    before = classes.size;
    for (const source of sources)
      for (const [, name = "", from = ""] of source.matchAll(/class (\w+) extends (\w+)/g))
        if (classes.has(from)) classes.add(name);
  }
  return classes;
}

/** Codes that some error is made with: by its constructor, by `super` of its class, or by a function "refused". */
function thrownCodes(): Set<string> {
  const makers = [...errorClasses()].map((name) => `new ${name}`);
  const call = new RegExp(`(?:${[...makers, "super", "refused", "refusal"].join("|")})\\(\\s*["'\`]`, "g");
  const codes = new Set<string>();
  for (const source of sources)
    for (const match of source.matchAll(call)) {
      const [code] = /^[a-z0-9-]+\.[a-z0-9-]+/.exec(source.slice(match.index + match[0].length)) ?? [];
      if (code !== undefined && !beforeScreens.includes(code.split(".")[0] ?? "")) codes.add(code);
    }
  return codes;
}

const codes = [...thrownCodes()].sort();
const read = (texts: object, path: string): unknown =>
  path.split(".").reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], texts);

describe("the code of an error that can reach a screen", () => {
  it("is found in the source", () => {
    expect(codes.length).toBeGreaterThan(150);
    expect(codes).toContain("key.unavailable");
    expect(codes).toContain("record.used");
    expect(codes).toContain("command.argument");
  });

  it("leads to a text", () => {
    expect(codes.filter((code) => problemTextOf(code) === null)).toEqual([]);
  });

  it.each([
    ["English", en],
    ["Portuguese", pt],
  ])("leads to words and a step in %s", (_, texts) => {
    const silent = problemTexts.filter(
      ([what, step]) =>
        typeof read(texts.problem, what) !== "string" || typeof read(texts.problem.step, step) !== "string",
    );
    expect(silent).toEqual([]);
  });

  it("is told by itself where it is named, else by its area", () => {
    expect(problemTextOf("record.used")?.[0]).toBe("key.usedTwice");
    expect(problemTextOf("record.anything-else")?.[0]).toBe("key.mismatch");
    expect(problemTextOf("nobody.knows")).toBeNull();
  });

  it("is told in its own English only where that was decided", () => {
    for (const code of preciseInEnglish) expect(codes).toContain(code);
  });
});

it("no text about problems is left over", () => {
  const used = new Set(problemTexts.map(([what]) => what));
  const steps = new Set(problemTexts.map(([, step]) => step));
  const written = Object.entries(en.problem).flatMap(([area, texts]) =>
    typeof texts === "string" || area === "step" ? [] : Object.keys(texts).map((name) => `${area}.${name}`),
  );
  expect(written.filter((key) => !used.has(key as never))).toEqual([]);
  expect(Object.keys(en.problem.step).filter((key) => !steps.has(key as never))).toEqual([]);
});
