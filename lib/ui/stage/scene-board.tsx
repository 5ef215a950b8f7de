"use client";

import { useTranslations } from "next-intl";
import { Badge } from "../badge.tsx";
import { Icon } from "../icon.tsx";
import { useProblemText } from "../problem-text.ts";
import type { PictureScene } from "./picture.ts";
import { useSceneText } from "./use-scene-text.ts";

interface SceneBoardProps {
  readonly scene: PictureScene;
  readonly nameOf: (id: string) => string;
  /** Seen from the back of a room. */
  readonly large?: boolean;
}

/** A scene as an audience reads it: the question, what is done, the number, and what it does not show. */
export function SceneBoard({ scene, nameOf, large = false }: SceneBoardProps) {
  const t = useTranslations("stage.presenter");
  const text = useSceneText(nameOf);
  const { id, phase, outcome, failure } = scene;
  return (
    <section
      aria-label={text.part(id, "title")}
      data-scene={id}
      data-phase={phase}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
      tabIndex={0}
      className={`thin-scroll grid min-h-0 content-start gap-6 overflow-y-auto bg-surface ${large ? "p-8" : "p-6"}`}
    >
      <header className="grid gap-2">
        <p className="text-lg text-ink-soft">
          {t("sceneOf", { number: scene.index + 1, of: scene.of })} · {text.part(id, "title")}
        </p>
        <h2 className="text-3xl font-semibold tracking-tight">{text.part(id, "question")}</h2>
      </header>
      {phase === "ready" ? (
        <p className="max-w-prose text-xl text-ink-soft">{text.part(id, "action")}</p>
      ) : null}
      {phase === "unsuited" ? (
        <p className="flex items-baseline gap-3 text-xl text-warn">
          <Icon name="info" className="size-5 translate-y-0.5" />
          <span className="text-ink">{t("unsuited")}</span>
        </p>
      ) : null}
      {scene.steps.length > 0 ? <Steps scene={scene} nameOf={nameOf} /> : null}
      {phase === "running" && scene.steps.length === 0 ? (
        <p className="flex items-baseline gap-3 text-xl">
          <Icon name="hourglass" className="going-on size-5 translate-y-0.5" />
          {t("running")}
        </p>
      ) : null}
      {outcome ? (
        <div className="arrive grid gap-1" data-outcome="">
          <p className="flex flex-wrap items-baseline gap-x-4">
            <span className="text-[5rem] leading-none font-semibold tracking-tight" data-number="">
              {text.number(outcome)}
            </span>
            <span className="text-2xl">{text.unit(outcome)}</span>
          </p>
          <p className="max-w-prose text-xl">{text.part(id, "number", { value: outcome.number.value })}</p>
          <ul className="mt-3 grid gap-1.5 text-lg">
            {outcome.facts.map((fact) => (
              <li key={fact.key} className="flex items-baseline gap-2.5">
                <Icon name="check" className="translate-y-0.5 text-ok" />
                {text.fact(id, fact.key, fact.values)}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      {failure ? <Failure {...failure} /> : null}
      {phase === "done" || phase === "ready" ? (
        <p
          className="flex max-w-prose items-baseline gap-3 border-t border-line pt-4 text-lg text-ink-soft"
          data-limit=""
        >
          <Badge tone="idle" icon="info">
            {t("limit")}
          </Badge>
          <span>{text.part(id, "limit")}</span>
        </p>
      ) : null}
    </section>
  );
}

function Steps({ scene, nameOf }: Pick<SceneBoardProps, "scene" | "nameOf">) {
  const text = useSceneText(nameOf);
  const going = scene.phase === "running";
  const steps = scene.steps.map((step, order) => ({ step, order, last: order === scene.steps.length - 1 }));
  return (
    <ol className="grid gap-1.5 text-lg" data-steps={scene.steps.length}>
      {steps.map(({ step, order, last }) => (
        <li
          key={order}
          className={`arrive flex items-baseline gap-2.5 ${going && last ? "font-medium" : "text-ink-soft"}`}
        >
          <Icon
            name={going && last ? "hourglass" : "check"}
            className={`translate-y-0.5 ${going && last ? "going-on" : "text-ok"}`}
          />
          {text.step(scene.id, step.key, step.values)}
        </li>
      ))}
    </ol>
  );
}

/** What was promised did not happen, said as plainly as a success. */
function Failure({ code, message }: { readonly code: string; readonly message: string }) {
  const t = useTranslations("stage.presenter");
  const tell = useProblemText();
  return (
    <div
      role="alert"
      className="grid gap-1 rounded-md border-l-4 border-alarm bg-alarm-wash px-5 py-4"
      data-failure={code}
    >
      <p className="flex items-baseline gap-2.5 text-xl font-semibold">
        <Icon name="failed" className="size-5 translate-y-0.5 text-alarm" />
        {t("failed")}
      </p>
      <p className="text-lg">{tell({ code, reason: message }).reason}</p>
    </div>
  );
}
