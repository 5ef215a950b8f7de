"use client";

import { useTranslations } from "next-intl";
import type { PassView } from "@/lib/keys/api-types.ts";
import { type Column, DataTable } from "@/lib/ui/data-table.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Empty } from "@/lib/ui/notice.tsx";

interface PassTableProps {
  readonly title: string;
  readonly passes: readonly PassView[];
  readonly names: ReadonlyMap<string, string>;
  /** What became of them, instead of what they may give. */
  readonly flown?: boolean;
}

/** Passes of the satellite over the ground stations: when, how high, by what light, and the key of each. */
export function PassTable({ title, passes, names, flown = false }: PassTableProps) {
  const t = useTranslations("space");
  const quantity = useQuantity();
  const columns: Column<PassView>[] = [
    {
      key: "rise",
      header: t("rise"),
      cell: (row) => quantity.moment(row.rise),
      sortBy: (row) => row.rise,
      className: "whitespace-nowrap",
    },
    {
      key: "station",
      header: t("station"),
      cell: (row) => names.get(row.station) ?? row.station,
      sortBy: (row) => names.get(row.station) ?? row.station,
    },
    {
      key: "contact",
      header: t("contact"),
      align: "right",
      cell: (row) => quantity.duration(row.set - row.rise),
      sortBy: (row) => row.set - row.rise,
    },
    {
      key: "highest",
      header: t("highest"),
      align: "right",
      cell: (row) => `${quantity.number(row.maxElevationDeg, 0)}°`,
      sortBy: (row) => row.maxElevationDeg,
    },
    { key: "light", header: t("light"), cell: (row) => t(`lights.${row.light}`), sortBy: (row) => row.light },
    ...(flown ? outcomeColumns() : forecastColumns()),
  ];
  function forecastColumns(): Column<PassView>[] {
    return [
      {
        key: "clear",
        header: t("clear"),
        align: "right",
        cell: (row) => quantity.percent(row.clearProbability, 0),
        sortBy: (row) => row.clearProbability,
      },
      {
        key: "expected",
        header: t("expected"),
        align: "right",
        cell: (row) => (row.expectedBits === 0 ? "–" : quantity.data(row.expectedBits / 8)),
        sortBy: (row) => row.expectedBits,
      },
    ];
  }
  function outcomeColumns(): Column<PassView>[] {
    return [
      {
        key: "outcome",
        header: t("outcome"),
        cell: (row) => (
          <>
            {row.outcome ? t(`outcomes.${row.outcome}`) : "–"}
            {row.beforeStart ? <span className="block text-xs text-ink-soft">{t("beforeStart")}</span> : null}
          </>
        ),
        sortBy: (row) => row.outcome ?? "",
      },
      {
        key: "key",
        header: t("key"),
        align: "right",
        cell: (row) => (row.secretBits === 0 ? "–" : quantity.data(row.secretBits / 8)),
        sortBy: (row) => row.secretBits,
      },
    ];
  }
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-2" aria-label={title}>
      <h2 className="px-4 font-semibold">{title}</h2>
      {passes.length === 0 ? (
        <Empty icon="globe" title={t("noPasses")} />
      ) : (
        <div className="thin-scroll max-h-96 overflow-auto">
          <DataTable
            caption={title}
            columns={columns}
            rows={passes}
            initialSort={{ key: "rise", descending: flown }}
            rowKey={(row) => `${row.link} ${row.culmination}`}
          />
        </div>
      )}
    </section>
  );
}
