import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sceneIds, sceneUnits } from "../../../lib/scenarios/scenes/scene.ts";
import en from "../../../lib/ui/i18n/en.json" with { type: "json" };
import pt from "../../../lib/ui/i18n/pt.json" with { type: "json" };
import { describeScenes } from "./describe-scenes.ts";

const root = join(import.meta.dirname, "../../..");
const parts = ["title", "question", "action", "number", "limit", "notes"];

type Texts = Readonly<Record<string, Readonly<Record<string, string | Readonly<Record<string, string>>>>>>;

/** Keys that a scene's code names, of steps and of facts: all of them in one set. */
function namedBy(id: string): Set<string> {
  const code = readFileSync(join(root, "lib/scenarios/scenes", `${id}.ts`), "utf8");
  return new Set([...code.matchAll(/key: "(\w+)"/g)].map(([, key]) => key ?? ""));
}

describe.each([
  ["English", en.stage.scenes],
  ["Portuguese", pt.stage.scenes],
] as const)("in %s", (_language, scenes) => {
  const texts = scenes as unknown as Texts;

  it.each(sceneIds)("the scene %s has its six texts, and one for each step and fact", (id) => {
    const scene = texts[id] ?? {};
    for (const part of parts) expect(scene[part], part).toMatch(/\w/);
    const known = new Set([...Object.keys(scene.steps ?? {}), ...Object.keys(scene.facts ?? {})]);
    for (const key of namedBy(id)) expect(known, key).toContain(key);
  });

  it("every unit has a word", () => {
    expect(Object.keys(texts.units ?? {}).sort()).toEqual([...sceneUnits].sort());
  });

  it("a presenter's notes are two or three sentences", () => {
    for (const id of sceneIds) {
      const sentences = String(texts[id]?.notes)
        .split(/[.?!](?:\s|$)/)
        .filter((part) => part !== "");
      expect([2, 3, 4], id).toContain(sentences.length);
    }
  });
});

it("docs/SCENES.md says what the stage says", () => {
  const path = join(root, "docs/SCENES.md");
  if (process.env.WRITE_DOCS) writeFileSync(path, describeScenes());
  expect(readFileSync(path, "utf8")).toBe(describeScenes());
});
