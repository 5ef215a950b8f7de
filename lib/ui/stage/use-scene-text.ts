"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useMemo } from "react";
import type { SceneId, SceneOutcome, SceneValues } from "../../scenarios/scenes/scene.ts";

/** Keys of scenes, steps and facts are data: a scene names them, the type checker cannot know them. */
type Lookup = ((key: string, values?: SceneValues) => string) & { has(key: string): boolean };

const parts = ["title", "question", "action", "number", "limit", "notes"] as const;
export type ScenePart = (typeof parts)[number];

/** What scenes say, in the language shown. @param nameOf sites and links among the values get their names */
export function useSceneText(nameOf: (id: string) => string) {
  const t = useTranslations("stage.scenes") as unknown as Lookup;
  const format = useFormatter();
  return useMemo(() => {
    const say = (key: string, values: SceneValues = {}): string => {
      const named = Object.entries(values).map(
        ([name, value]) => [name, typeof value === "string" ? nameOf(value) : value] as const,
      );
      return t.has(key) ? t(key, Object.fromEntries(named)) : "";
    };
    return {
      part: (scene: SceneId, part: ScenePart, values?: SceneValues) => say(`${scene}.${part}`, values),
      step: (scene: SceneId, key: string, values: SceneValues) => say(`${scene}.steps.${key}`, values) || key,
      fact: (scene: SceneId, key: string, values: SceneValues) => say(`${scene}.facts.${key}`, values) || key,
      number: ({ number: { value } }: SceneOutcome) =>
        format.number(value, { maximumFractionDigits: value < 10 ? 2 : 1 }),
      unit: ({ number: { value, unit } }: SceneOutcome) =>
        say(`units.${unit}`, { value, count: value }) || unit,
    };
  }, [t, format, nameOf]);
}
