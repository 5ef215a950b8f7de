"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { ServiceView } from "@/lib/keys/api-types.ts";
import { Button } from "@/lib/ui/button.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Waiting } from "@/lib/ui/notice.tsx";
import { ExportButtons } from "@/lib/ui/operations/export-buttons.tsx";
import { ReadProblem } from "@/lib/ui/operations/read-problem.tsx";
import { useKept } from "@/lib/ui/operations/use-kept.ts";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";
import { PageHeading } from "@/lib/ui/page-heading.tsx";
import { RangeChoice, type RangeName, ranges, useRangeEnd } from "../time-range.tsx";
import { PeriodsSection } from "./periods-section.tsx";
import { rowsOfService } from "./rows-of-service.ts";

export function ServicePage() {
  const t = useTranslations();
  const [range, setRange] = useState<RangeName>("1h");
  const end = useRangeEnd(ranges[range].bucketMs);
  return (
    <>
      <PageHeading title={t("admin.pages.service")} question={t("admin.questions.service")}>
        <span className="print:hidden">
          <RangeChoice value={range} onChange={setRange} />
        </span>
      </PageHeading>
      {end === null ? <Waiting>{t("common.loading")}</Waiting> : <Report range={range} end={end} />}
    </>
  );
}

function Report({ range, end }: { range: RangeName; end: number }) {
  const t = useTranslations();
  const { ms, bucketMs } = ranges[range];
  const query = { from: end - ms, to: end, bucketMs };
  const { value, problem, reload } = useOperationsRead<ServiceView>("/ops/service", query, 10_000);
  const shown = useKept(value);
  if (problem && !shown) return <ReadProblem problem={problem} onRetry={reload} />;
  if (!shown) return <Waiting>{t("common.loading")}</Waiting>;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6 px-4 pb-10">
      <Lead view={shown} />
      <Parameters view={shown} />
      <PeriodsSection view={shown} />
    </div>
  );
}

function Lead({ view }: { view: ServiceView }) {
  const t = useTranslations("service");
  const quantity = useQuantity();
  return (
    <div className="flex flex-wrap items-start justify-between gap-3">
      <div className="grid gap-1">
        <p className="max-w-prose text-ink-soft">{t("lead")}</p>
        <p className="text-sm text-ink-soft">
          {quantity.moment(view.from)} – {quantity.moment(view.to)} ·{" "}
          {t("measured", {
            time: quantity.duration(view.measuredMs),
            range: quantity.duration(view.to - view.from),
          })}
        </p>
      </div>
      <span className="flex flex-wrap gap-2 print:hidden">
        <ExportButtons name="service-report" value={view} rows={() => rowsOfService(view)} />
        <Button size="small" onClick={() => window.print()}>
          {t("print")}
        </Button>
      </span>
    </div>
  );
}

/** The five parameters, each with its number first. */
function Parameters({ view }: { view: ServiceView }) {
  const t = useTranslations("service");
  const quantity = useQuantity();
  const { throughput, responseDelay, loss, availability, restoration } = view;
  const percent = (ratio: number | null) => (ratio === null ? t("none") : quantity.percent(ratio, 2));
  const time = (ms: number | null) => (ms === null ? t("none") : quantity.duration(ms));
  const delay = (ms: number | null) =>
    ms === null ? t("none") : t("milliseconds", { value: quantity.number(ms, ms < 10 ? 2 : 0) });
  return (
    <dl className="grid gap-px overflow-hidden rounded-md border border-line bg-line sm:grid-cols-2 xl:grid-cols-5">
      <Parameter
        id="throughput"
        name={t("throughput")}
        text={t("throughputText")}
        value={quantity.rate(throughput.keyBitsPerSecond)}
        more={[
          [t("keys", { count: throughput.keys, data: quantity.data(throughput.keyBytes) }), ""],
          [t("generated"), quantity.rate(throughput.generatedBitsPerSecond)],
        ]}
      />
      <Parameter
        id="delay"
        name={t("delay")}
        text={t("delayText")}
        value={delay(responseDelay.meanMs)}
        more={[
          [t("median"), delay(responseDelay.medianMs)],
          [t("p99"), delay(responseDelay.p99Ms)],
          [t("longestDelay"), delay(responseDelay.longestMs)],
          [t("answers", { count: responseDelay.answered }), ""],
        ]}
      />
      <Parameter
        id="loss"
        name={t("loss")}
        text={t("lossText")}
        value={percent(loss.ratio)}
        more={[
          [t("lossOf", { lost: loss.expired + loss.void, count: loss.ended }), ""],
          [t("refusedText"), percent(loss.refusedRatio)],
          [t("refusedOf", { refused: loss.refused, count: loss.requests }), ""],
        ]}
      />
      <Parameter
        id="availability"
        name={t("availability")}
        text={t("availabilityText")}
        value={percent(availability.pairs)}
        more={[[t("linksText"), percent(availability.links)]]}
      />
      <Parameter
        id="restoration"
        name={t("restoration")}
        text={t("restorationText")}
        value={time(restoration.meanMs)}
        more={[
          [t("longestAlarm"), time(restoration.longestMs)],
          [t("alarmsOf", { restored: restoration.restored, count: restoration.alarms }), ""],
        ]}
      />
    </dl>
  );
}

interface ParameterProps {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly value: string;
  readonly more: readonly (readonly [string, string])[];
}

function Parameter({ id, name, text, value, more }: ParameterProps) {
  const t = useTranslations("service");
  return (
    <div data-parameter={id} className="grid content-start gap-1 bg-surface p-4">
      <dt className="font-semibold">{name}</dt>
      <dd
        className={
          value === t("none") ? "text-lg leading-8 text-ink-soft" : "text-2xl font-semibold tracking-tight"
        }
      >
        {value}
      </dd>
      <dd className="text-sm text-ink-soft">{text}</dd>
      <dd>
        <ul className="mt-2 grid gap-1 border-t border-line pt-2 text-sm">
          {more.map(([label, number]) => (
            <li key={label} className="flex flex-wrap justify-between gap-x-3">
              <span className="text-ink-soft">{label}</span>
              {number === "" ? null : <span className="font-medium">{number}</span>}
            </li>
          ))}
        </ul>
      </dd>
    </div>
  );
}
