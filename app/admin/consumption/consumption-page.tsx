"use client";

import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { ConsumptionView } from "@/lib/keys/api-types.ts";
import { Button } from "@/lib/ui/button.tsx";
import { ChartSection } from "@/lib/ui/chart/chart-section.tsx";
import type { Series } from "@/lib/ui/chart/time-series.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Empty, Waiting } from "@/lib/ui/notice.tsx";
import { ReadProblem } from "@/lib/ui/operations/read-problem.tsx";
import { useKept } from "@/lib/ui/operations/use-kept.ts";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";
import { PageHeading } from "@/lib/ui/page-heading.tsx";
import { Segmented } from "@/lib/ui/segmented.tsx";
import { Stat, Stats } from "@/lib/ui/stat.tsx";
import { RangeChoice, type RangeName, ranges, useRangeEnd } from "../time-range.tsx";
import { exportCsv, exportJson } from "./export-consumption.ts";
import { Forecast } from "./forecast.tsx";
import { GroupTable } from "./group-table.tsx";
import { type Grouping, groupings } from "./grouping.ts";
import { SeriesTable } from "./series-table.tsx";

/** Key that the links make is counted more often than the service is measured. */
function bucketMsOf(range: RangeName): number {
  return range === "15m" ? 15_000 : ranges[range].bucketMs;
}

export function ConsumptionPage() {
  const t = useTranslations();
  const [range, setRange] = useState<RangeName>("15m");
  const [by, setBy] = useState<Grouping>("pair");
  const end = useRangeEnd(bucketMsOf(range));
  return (
    <>
      <PageHeading title={t("admin.pages.consumption")} question={t("admin.questions.consumption")}>
        <RangeChoice value={range} onChange={setRange} />
      </PageHeading>
      {end === null ? (
        <Waiting>{t("common.loading")}</Waiting>
      ) : (
        <Consumption range={range} end={end} by={by} onBy={setBy} />
      )}
    </>
  );
}

interface ConsumptionProps {
  readonly range: RangeName;
  readonly end: number;
  readonly by: Grouping;
  readonly onBy: (by: Grouping) => void;
}

function Consumption({ range, end, by, onBy }: ConsumptionProps) {
  const t = useTranslations();
  const { value, problem, reload } = useOperationsRead<ConsumptionView>(
    "/ops/consumption",
    { from: end - ranges[range].ms, to: end, bucketMs: bucketMsOf(range), by },
    10_000,
  );
  const shown = useKept(value);
  if (problem && !shown) return <ReadProblem problem={problem} onRetry={reload} />;
  if (!shown) return <Waiting>{t("common.loading")}</Waiting>;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6 pb-10">
      <Totals view={shown} />
      <Chart view={shown} />
      <Forecast />
      <section className="grid grid-cols-[minmax(0,1fr)] gap-2 px-4">
        <div className="flex flex-wrap items-center justify-between gap-2">
          <Segmented
            label={t("consumption.by")}
            value={by}
            onChange={onBy}
            options={groupings.map((name) => ({ value: name, label: t(`consumption.groups.${name}`) }))}
          />
          <span className="flex gap-2">
            <Button size="small" icon="download" onClick={() => exportCsv(shown, by)}>
              {t("common.export", { format: "CSV" })}
            </Button>
            <Button size="small" icon="download" onClick={() => exportJson(shown, by)}>
              {t("common.export", { format: "JSON" })}
            </Button>
          </span>
        </div>
        {shown.groups.length === 0 ? (
          <Empty icon="key" title={t("consumption.empty")}>
            {t("consumption.emptyText")}
          </Empty>
        ) : (
          <GroupTable groups={shown.groups} by={by} />
        )}
      </section>
    </div>
  );
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function Totals({ view }: { view: ConsumptionView }) {
  const t = useTranslations("consumption");
  const quantity = useQuantity();
  const [generated, consumed] = [sum(view.generatedBytes), sum(view.consumedBytes)];
  const seconds = Math.max(1, (view.to - view.from) / 1000);
  return (
    <Stats>
      <Stat name={t("generated")} note={quantity.rate((generated * 8) / seconds)}>
        {quantity.data(generated)}
      </Stat>
      <Stat name={t("consumed")} note={quantity.rate((consumed * 8) / seconds)}>
        {quantity.data(consumed)}
      </Stat>
      <Stat name={t("keys")}>{quantity.number(sum(view.groups.map((group) => group.keys)), 0)}</Stat>
    </Stats>
  );
}

function Chart({ view }: { view: ConsumptionView }) {
  const t = useTranslations();
  const quantity = useQuantity();
  const times = useMemo(
    () => view.generatedBytes.map((_, index) => view.from + index * view.bucketMs),
    [view.generatedBytes, view.from, view.bucketMs],
  );
  const series = useMemo<readonly Series[]>(
    () => [
      { name: t("consumption.generated"), colour: "--series-1", values: view.generatedBytes, fill: true },
      { name: t("consumption.consumed"), colour: "--series-2", values: view.consumedBytes, dash: [6, 3] },
    ],
    [t, view],
  );
  return (
    <ChartSection
      className="px-4"
      title={t("consumption.title")}
      label={t("consumption.chartLabel", {
        from: quantity.shortClock(view.from),
        to: quantity.shortClock(view.to),
      })}
      times={times}
      series={series}
      table={<SeriesTable view={view} times={times} />}
    />
  );
}
