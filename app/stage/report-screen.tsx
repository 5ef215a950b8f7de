"use client";

import { useTranslations } from "next-intl";
import { Badge } from "@/lib/ui/badge.tsx";
import { Button } from "@/lib/ui/button.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { useConsequenceText } from "@/lib/ui/stage/consequence-list.tsx";
import type { Consequence } from "@/lib/ui/stage/consequences.ts";
import type { PictureScene } from "@/lib/ui/stage/picture.ts";
import type { Tally } from "@/lib/ui/stage/tally.ts";
import { minutesText } from "@/lib/ui/stage/timing.ts";
import { useSceneText } from "@/lib/ui/stage/use-scene-text.ts";

interface ReportScreenProps {
  readonly network: string;
  readonly seed: string;
  readonly played: readonly PictureScene[];
  /** Newest first; what is counted may be more. */
  readonly happened: readonly Consequence[];
  readonly tally: Tally;
  readonly nameOf: (id: string) => string;
  readonly nameOfLink: (link: string) => string;
}

/** What happened, on paper: the browser prints it, or makes a PDF of it. */
export function ReportScreen(props: ReportScreenProps) {
  const { played, happened, tally, nameOf, nameOfLink } = props;
  const t = useTranslations("stage.report");
  const stage = useTranslations("stage");
  const units = useTranslations("units");
  const quantity = useQuantity();
  const text = useSceneText(nameOf);
  const say = useConsequenceText({
    nameOfLink,
    nameOfSite: nameOf,
    ends: { a: stage("alice"), b: stage("bob") },
  });
  const forgotten = tally.total - happened.length;
  return (
    <article
      className="mx-auto grid w-full max-w-4xl gap-8 px-6 py-8 print:max-w-none print:p-0"
      data-report=""
    >
      <header className="flex flex-wrap items-start justify-between gap-4 border-b-2 border-ink pb-4">
        <div>
          <h2 className="text-2xl font-semibold">{t("title")}</h2>
          <p className="text-ink-soft">
            {quantity.date(tally.since)}, {quantity.shortClock(tally.since)} –{" "}
            {quantity.shortClock(Date.now())}. {t("network", { name: props.network })}
          </p>
          <p className="text-sm text-ink-soft">
            {t("seed")} <span className="font-mono">{props.seed}</span>
          </p>
        </div>
        <Button tone="primary" icon="download" className="print:hidden" onClick={() => window.print()}>
          {t("print")}
        </Button>
      </header>
      <p className="max-w-prose">{t("honest")}</p>
      <dl className="grid grid-cols-2 gap-x-8 gap-y-3 sm:grid-cols-4">
        <Count name={t("scenesPlayed")} value={quantity.number(played.length, 0)} />
        <Count name={t("alarms")} value={quantity.number(tally.alarms, 0)} />
        <Count name={t("keys")} value={quantity.number(tally.keys, 0)} />
        <Count name={t("waited")} value={quantity.number(tally.waited, 0)} />
      </dl>
      <section className="grid gap-3">
        <h3 className="text-xl font-semibold">{t("scenes")}</h3>
        {played.length === 0 ? <p className="text-ink-soft">{t("noScenes")}</p> : null}
        <ol className="grid gap-4">
          {played.map((scene) => (
            <li
              key={scene.id}
              className="break-inside-avoid border-t border-line pt-3"
              data-played={scene.id}
            >
              <p className="flex flex-wrap items-baseline justify-between gap-3">
                <span className="text-lg font-semibold">
                  {scene.index + 1}. {text.part(scene.id, "title")}
                </span>
                <PhaseBadge scene={scene} />
              </p>
              <p className="text-ink-soft">{text.part(scene.id, "question")}</p>
              {scene.outcome ? (
                <p className="mt-1">
                  <span className="text-xl font-semibold">
                    {text.number(scene.outcome)} {text.unit(scene.outcome)}
                  </span>{" "}
                  {text.part(scene.id, "number", { value: scene.outcome.number.value })}
                </p>
              ) : null}
              {scene.failure ? <p className="mt-1">{scene.failure.message}</p> : null}
              <p className="mt-1 text-sm text-ink-soft">
                {t("limit")}: {text.part(scene.id, "limit")}
              </p>
              <p className="text-sm text-ink-soft">
                {scene.startedAt === null ? "" : quantity.clock(scene.startedAt)}
                {scene.startedAt !== null && scene.endedAt !== null
                  ? `, ${minutesText(scene.endedAt - scene.startedAt)}`
                  : ""}
              </p>
            </li>
          ))}
        </ol>
      </section>
      <section className="grid gap-2">
        <h3 className="text-xl font-semibold">{t("happened")}</h3>
        <p>
          {t("keysUsed", {
            keys: tally.keys,
            bits: units("bits", { count: tally.bits }),
            network: units("bits", { count: tally.networkBits }),
          })}
        </p>
        {forgotten > 0 ? <p>{t("forgotten", { count: forgotten })}</p> : null}
        <ol className="grid">
          {[...happened].reverse().map((one) => (
            <li
              key={one.id}
              className="grid break-inside-avoid grid-cols-[5rem_1fr] border-t border-line py-1 text-sm"
            >
              <time>{quantity.clock(one.at)}</time>
              <span>{say(one)}</span>
            </li>
          ))}
        </ol>
      </section>
    </article>
  );
}

function Count({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="text-sm text-ink-soft">{name}</dt>
      <dd className="text-2xl font-semibold">{value}</dd>
    </div>
  );
}

function PhaseBadge({ scene }: { scene: PictureScene }) {
  const t = useTranslations("stage.report");
  if (scene.phase === "failed")
    return (
      <Badge tone="alarm" icon="failed">
        {t("failed")}
      </Badge>
    );
  if (scene.phase === "unsuited")
    return (
      <Badge tone="idle" icon="info">
        {t("unsuited")}
      </Badge>
    );
  return (
    <Badge tone="ok" icon="check">
      {t("done")}
    </Badge>
  );
}
