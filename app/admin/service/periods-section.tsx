"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";
import type { ServicePeriod, ServiceView } from "@/lib/keys/api-types.ts";
import { ChartSection } from "@/lib/ui/chart/chart-section.tsx";
import type { Series } from "@/lib/ui/chart/time-series.tsx";
import { type Column, DataTable } from "@/lib/ui/data-table.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";

/** The range in stretches: key supplied as a line, all numbers as a table. */
export function PeriodsSection({ view }: { view: ServiceView }) {
  const t = useTranslations();
  const quantity = useQuantity();
  const times = useMemo(() => view.periods.map(({ at }) => at), [view]);
  const series = useMemo<readonly Series[]>(
    () => [
      {
        name: t("service.period.keyBytes"),
        colour: "--series-2",
        values: view.periods.map(({ keyBytes }) => keyBytes),
        fill: true,
      },
    ],
    [t, view],
  );
  return (
    <ChartSection
      title={t("service.overTime")}
      label={t("service.chartLabel", {
        from: quantity.shortClock(view.from),
        to: quantity.shortClock(view.to),
      })}
      times={times}
      series={series}
      table={<PeriodTable periods={view.periods} />}
    />
  );
}

function PeriodTable({ periods }: { periods: readonly ServicePeriod[] }) {
  const t = useTranslations("service");
  const quantity = useQuantity();
  const newestFirst = useMemo(() => [...periods].reverse(), [periods]);
  const columns = useMemo<readonly Column<ServicePeriod>[]>(() => {
    const number = (
      key: "keys" | "keyBytes" | "requests" | "refused" | "delay" | "availability",
      cell: (period: ServicePeriod) => string,
    ): Column<ServicePeriod> => ({ key, header: t(`period.${key}`), cell, align: "right" });
    return [
      { key: "at", header: t("time"), cell: ({ at }) => quantity.moment(at), className: "whitespace-nowrap" },
      number("keys", ({ keys }) => quantity.number(keys, 0)),
      number("keyBytes", ({ keyBytes }) => quantity.data(keyBytes)),
      number("requests", ({ requests }) => quantity.number(requests, 0)),
      number("refused", ({ refused }) => quantity.number(refused, 0)),
      number("delay", ({ meanDelayMs }) =>
        meanDelayMs === null ? "—" : t("milliseconds", { value: quantity.number(meanDelayMs, 2) }),
      ),
      number("availability", ({ availability }) =>
        availability === null ? "—" : quantity.percent(availability, 2),
      ),
    ];
  }, [t, quantity]);
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
      tabIndex={0}
      aria-label={t("overTime")}
      className="thin-scroll max-h-96 overflow-auto rounded-md border border-line bg-surface"
    >
      <DataTable
        caption={t("overTime")}
        rows={newestFirst}
        rowKey={(period) => String(period.at)}
        columns={columns}
      />
    </section>
  );
}
