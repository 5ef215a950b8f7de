"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useCallback, useState } from "react";
import { useQuantity } from "../format/use-quantity.ts";
import { Segmented } from "../segmented.tsx";
import { type Series, TimeSeries } from "./time-series.tsx";

interface ChartSectionProps {
  readonly title: string;
  /** Says what the lines are, for those who do not see them. */
  readonly label: string;
  /** Milliseconds UTC, one for each value of each series. */
  readonly times: readonly number[];
  /** Bytes. */
  readonly series: readonly Series[];
  /** The same numbers as a table. */
  readonly table: ReactNode;
  readonly className?: string;
}

/** Amounts of key over time under their heading: as lines, or as the table that says the same. */
export function ChartSection({ title, label, times, series, table, className = "" }: ChartSectionProps) {
  const t = useTranslations("common");
  const quantity = useQuantity();
  const [shape, setShape] = useState<"chart" | "table">("chart");
  const formatValue = useCallback((value: number) => quantity.data(value), [quantity]);
  const formatTime = useCallback((at: number) => quantity.shortClock(at), [quantity]);
  return (
    <section className={`grid grid-cols-[minmax(0,1fr)] gap-2 ${className}`}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-base font-semibold">{title}</h2>
        <span className="print:hidden">
          <Segmented
            label={title}
            value={shape}
            onChange={setShape}
            options={[
              { value: "chart", label: t("chart") },
              { value: "table", label: t("table") },
            ]}
          />
        </span>
      </div>
      {shape === "chart" ? (
        <div className="rounded-md border border-line bg-surface p-3">
          <TimeSeries
            times={times}
            series={series}
            timeName={t("time")}
            formatValue={formatValue}
            formatTime={formatTime}
            label={label}
          />
        </div>
      ) : (
        table
      )}
    </section>
  );
}
