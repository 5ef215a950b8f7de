"use client";

import { useTranslations } from "next-intl";
import type { SpaceStationView, SpaceView } from "@/lib/keys/api-types.ts";
import { type Column, DataTable } from "@/lib/ui/data-table.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Meter } from "@/lib/ui/meter.tsx";

/** What each ground station and the satellite hold in common, and the sky above it. */
export function StationTable({ view, names }: { view: SpaceView; names: ReadonlyMap<string, string> }) {
  const t = useTranslations("space");
  const quantity = useQuantity();
  const columns: Column<SpaceStationView>[] = [
    {
      key: "station",
      header: t("station"),
      cell: (row) => names.get(row.site) ?? row.site,
      sortBy: (row) => names.get(row.site) ?? row.site,
    },
    { key: "state", header: t("state"), cell: (row) => t(`states.${row.condition}`) },
    {
      key: "stored",
      header: t("storedKey"),
      align: "right",
      sortBy: (row) => row.storedBytes,
      cell: (row) => (
        <span className="grid justify-items-end gap-1">
          {quantity.data(row.storedBytes)}
          <span className="w-20">
            <Meter ratio={row.storedBytes / row.capacityBytes} tone="accent" label={t("storedKey")} />
          </span>
        </span>
      ),
    },
    {
      key: "sun",
      header: t("light"),
      sortBy: (row) => row.sunElevationDeg,
      cell: (row) =>
        t(`lights.${row.sunElevationDeg >= 0 ? "day" : row.sunElevationDeg >= -18 ? "twilight" : "night"}`),
    },
    { key: "sky", header: t("sky"), sortBy: (row) => row.sky, cell: (row) => t(`skies.${row.sky}`) },
    {
      key: "next",
      header: t("nextKeyPass"),
      align: "right",
      sortBy: (row) => row.nextKeyPass ?? Number.MAX_SAFE_INTEGER,
      cell: (row) => (row.nextKeyPass === null ? t("noneKnown") : quantity.moment(row.nextKeyPass)),
    },
  ];
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-2" aria-label={t("stations")}>
      <h2 className="px-4 font-semibold">{t("stations")}</h2>
      <div className="thin-scroll overflow-x-auto">
        <DataTable
          caption={t("stations")}
          columns={columns}
          rows={view.stations}
          rowKey={(row) => row.site}
        />
      </div>
    </section>
  );
}
