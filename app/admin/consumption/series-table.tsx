"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";
import type { ConsumptionView } from "@/lib/keys/api-types.ts";
import { DataTable } from "@/lib/ui/data-table.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";

/** The chart's numbers as a table, newest first. */
export function SeriesTable({ view, times }: { view: ConsumptionView; times: readonly number[] }) {
  const t = useTranslations();
  const quantity = useQuantity();
  const rows = useMemo(
    () =>
      times
        .map((at, index) => ({
          at,
          generated: view.generatedBytes[index] ?? 0,
          consumed: view.consumedBytes[index] ?? 0,
        }))
        .reverse(),
    [times, view],
  );
  return (
    <div className="thin-scroll max-h-80 overflow-auto rounded-md border border-line bg-surface">
      <DataTable
        caption={t("consumption.title")}
        rows={rows}
        rowKey={(row) => String(row.at)}
        columns={[
          { key: "from", header: t("consumption.from"), cell: (row) => quantity.clock(row.at) },
          {
            key: "generated",
            header: t("consumption.generated"),
            cell: (row) => quantity.data(row.generated),
            align: "right",
          },
          {
            key: "consumed",
            header: t("consumption.consumed"),
            cell: (row) => quantity.data(row.consumed),
            align: "right",
          },
        ]}
      />
    </div>
  );
}
