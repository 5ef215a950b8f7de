"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import type { PoolOutlookView } from "@/lib/keys/api-types.ts";
import { DataTable } from "@/lib/ui/data-table.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { linkName, siteNames } from "@/lib/ui/network/link-names.ts";
import { ExportButtons } from "@/lib/ui/operations/export-buttons.tsx";
import { useOperations } from "@/lib/ui/operations/operations-provider.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";

/** Links that use more than they make, the first to run out first. */
export function Forecast() {
  const t = useTranslations("consumption");
  const quantity = useQuantity();
  const { topology, links } = useOperations();
  const { value, at } = useOperationsRead<readonly PoolOutlookView[]>("/ops/pools", {}, 5000);
  const names = useMemo(() => {
    if (!topology) return new Map<string, string>();
    const sites = siteNames(topology);
    return new Map(topology.links.map((link) => [link.id, linkName(link, sites)]));
  }, [topology]);
  const short = useMemo(
    () =>
      (value ?? [])
        .flatMap((pool) => (pool.timeToEmptyMs === null ? [] : [{ ...pool, emptyMs: pool.timeToEmptyMs }]))
        .sort((a, b) => a.emptyMs - b.emptyMs),
    [value],
  );
  if (!value || at === null) return null;
  const rate = (bytes: number | null) => (bytes === null ? "—" : quantity.rate(bytes * 8));
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-2 px-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-base font-semibold">{t("forecast")}</h2>
        <ExportButtons
          name="key-forecast"
          value={value}
          rows={() => [
            ["link", "produced_bytes_per_second", "consumed_bytes_per_second", "time_to_empty_ms"],
            ...value.map((pool) => [
              pool.link,
              pool.producedBytesPerSecond,
              pool.consumedBytesPerSecond,
              pool.timeToEmptyMs,
            ]),
          ]}
        />
      </div>
      <p className="max-w-prose text-sm text-ink-soft">
        {short.length === 0 ? t("forecastNone") : t("forecastShort", { count: short.length })}{" "}
        {t("forecastLead")}
      </p>
      {short.length === 0 ? null : (
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
          tabIndex={0}
          aria-label={t("forecast")}
          className="thin-scroll max-h-80 overflow-auto rounded-md border border-line bg-surface"
        >
          <DataTable
            caption={t("forecast")}
            rows={short}
            rowKey={(pool) => pool.link}
            columns={[
              {
                key: "link",
                header: t("column.link"),
                cell: (pool) => (
                  <Link className="hover:underline" href={`/admin?link=${encodeURIComponent(pool.link)}`}>
                    {names.get(pool.link) ?? pool.link}
                  </Link>
                ),
              },
              {
                key: "stored",
                header: t("column.stored"),
                cell: (pool) => quantity.data(links.get(pool.link)?.availableBytes ?? 0),
                align: "right",
              },
              {
                key: "made",
                header: t("column.made"),
                cell: (pool) => rate(pool.producedBytesPerSecond),
                align: "right",
              },
              {
                key: "used",
                header: t("column.used"),
                cell: (pool) => rate(pool.consumedBytesPerSecond),
                align: "right",
              },
              {
                key: "empty",
                header: t("column.empty"),
                cell: (pool) => quantity.duration(pool.emptyMs),
                align: "right",
              },
              {
                key: "emptyAt",
                header: t("column.emptyAt"),
                cell: (pool) => quantity.moment(at + pool.emptyMs),
                className: "whitespace-nowrap",
                align: "right",
              },
            ]}
          />
        </section>
      )}
    </section>
  );
}
