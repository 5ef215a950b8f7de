"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { scenes } from "@/lib/scenarios/scenes/scenes.ts";
import { Button, IconButton } from "@/lib/ui/button.tsx";
import { SelectField } from "@/lib/ui/field.tsx";
import type { PictureScene } from "@/lib/ui/stage/picture.ts";
import { SceneBoard } from "@/lib/ui/stage/scene-board.tsx";
import { minutesText, paceAt } from "@/lib/ui/stage/timing.ts";
import { useSceneText } from "@/lib/ui/stage/use-scene-text.ts";
import type { Direction } from "../use-director.ts";

interface PresenterScreenProps {
  readonly direction: Direction;
  readonly nameOf: (id: string) => string;
  readonly map: ReactNode;
  readonly happened: ReactNode;
}

/** A performance: the scene in big type beside the map, the presenter's notes and clock under it. */
export function PresenterScreen({ direction, nameOf, map, happened }: PresenterScreenProps) {
  const { director, state } = direction;
  const { scene } = state;
  const t = useTranslations("stage.presenter");
  const text = useSceneText(nameOf);
  const root = useRef<HTMLDivElement | null>(null);
  // A click on the menu leaves its arrow keys with it; they belong to the scenes now. Whoever came by key keeps theirs.
  useEffect(() => {
    if (!document.activeElement?.matches(":focus-visible")) root.current?.focus();
  }, []);
  return (
    <div
      ref={root}
      tabIndex={-1}
      className="flex min-h-0 flex-1 flex-col outline-none"
      data-presenter={scene.id}
    >
      <div className="flex flex-wrap items-center gap-2 border-b border-line bg-surface px-4 py-2">
        <IconButton
          icon="back"
          tone="plain"
          label={t("previous")}
          disabled={scene.index === 0}
          onClick={() => void director.previous()}
        />
        <div className="min-w-48 flex-1 sm:max-w-md">
          <SelectField
            label={t("choose")}
            hideLabel
            value={scene.id}
            onChange={(event) => void director.go(scenes.findIndex(({ id }) => id === event.target.value))}
          >
            {scenes.map(({ id }, index) => (
              <option key={id} value={id}>
                {`${index + 1}. ${text.part(id, "title")}`}
              </option>
            ))}
          </SelectField>
        </div>
        <IconButton
          icon="arrowRight"
          tone="plain"
          label={t("next")}
          disabled={scene.index === scene.of - 1}
          onClick={() => void director.next()}
        />
        {scene.phase === "running" ? (
          <Button icon="close" onClick={() => void director.stop()}>
            {t("stop")}
          </Button>
        ) : (
          <Button tone="primary" icon="stage" busy={state.restoring} onClick={() => void director.run()}>
            {t(scene.phase === "ready" ? "run" : "again")}
          </Button>
        )}
        <p className="text-sm text-ink-soft max-lg:hidden">{t("keys")}</p>
        <PaceClock scene={scene} />
      </div>
      <div className="grid min-h-0 flex-[7] border-b border-line xl:grid-cols-[minmax(0,5fr)_minmax(0,6fr)] xl:grid-rows-[minmax(0,1fr)]">
        <SceneBoard scene={scene} nameOf={nameOf} large />
        <div className="grid min-h-96 min-w-0 border-line xl:border-l">{map}</div>
      </div>
      <div className="grid min-h-0 flex-[3] max-xl:auto-rows-[14rem] xl:grid-cols-2 xl:grid-rows-[minmax(0,1fr)]">
        <section
          aria-label={t("notes")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
          tabIndex={0}
          className="thin-scroll min-h-0 overflow-y-auto bg-paper px-6 py-4"
        >
          <h2 className="label mb-1">{t("notes")}</h2>
          <p className="max-w-prose text-lg whitespace-pre-line" data-notes="">
            {text.part(scene.id, "notes")}
          </p>
        </section>
        <div className="flex min-h-0 flex-col border-line bg-surface max-xl:border-t xl:border-l">
          {happened}
        </div>
      </div>
    </div>
  );
}

/** How long it has taken, and whether the half hour will do. Only the presenter sees it. */
function PaceClock({ scene }: { scene: PictureScene }) {
  const t = useTranslations("stage.presenter");
  const began = useRef<number | null>(null);
  const sceneBegan = useRef({ id: scene.id, at: 0 });
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    began.current ??= Date.now();
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    sceneBegan.current = { id: scene.id, at: Date.now() };
  }, [scene.id]);
  if (now === null || began.current === null) return null;
  const pace = paceAt(scene.id, began.current, sceneBegan.current.at, now);
  return (
    <dl className="ml-auto flex items-baseline gap-4" data-pace="">
      <div className="flex items-baseline gap-1.5">
        <dt className="text-sm text-ink-soft">{t("sceneTime")}</dt>
        <dd className={`text-lg font-semibold ${pace.leftInScene < 0 ? "text-warn" : ""}`}>
          {minutesText(pace.inScene)}
        </dd>
      </div>
      <div className="flex items-baseline gap-1.5">
        <dt className="text-sm text-ink-soft">{t("totalTime")}</dt>
        <dd className="text-lg font-semibold">{minutesText(pace.total)}</dd>
      </div>
      <div className="flex items-baseline gap-1.5">
        <dt className="text-sm text-ink-soft">{t(pace.behind > 0 ? "behind" : "ahead")}</dt>
        <dd className="text-lg font-semibold">{minutesText(Math.abs(pace.behind))}</dd>
      </div>
    </dl>
  );
}
