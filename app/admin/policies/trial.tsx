"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";
import type { TrialView } from "@/lib/keys/api-types.ts";
import { type Column, DataTable } from "@/lib/ui/data-table.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { siteNames } from "@/lib/ui/network/link-names.ts";
import { ExportButtons } from "@/lib/ui/operations/export-buttons.tsx";
import { useOperations } from "@/lib/ui/operations/operations-provider.tsx";
import { Stat, Stats } from "@/lib/ui/stat.tsx";

type Row = TrialView["rows"][number];
const levels = ["0", "1", "2", "3"] as const;

/** What the last day would have been like. */
export function Trial({ trial }: { trial: TrialView }) {
  const t = useTranslations("policies");
  const quantity = useQuantity();
  const columns = useColumns();
  return (
    <section aria-label={t("trial")} data-trial className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-base font-semibold">{t("trial")}</h2>
        <ExportButtons name="policy-trial" value={trial} rows={() => rowsOf(trial)} />
      </div>
      <p className="max-w-prose text-sm text-ink-soft">
        {trial.draws === 0 ? t("trialNone") : t("trialLead")}
      </p>
      {trial.draws === 0 ? null : (
        <div className="overflow-hidden rounded-md border border-line">
          <Stats>
            <Stat name={t("draws")} note={quantity.data(trial.bytes)}>
              {quantity.number(trial.draws, 0)}
            </Stat>
            <Stat name={t("waited")} note={`${t("longest")}: ${quantity.duration(trial.longestWaitMs)}`}>
              {quantity.number(trial.waited, 0)}
            </Stat>
            <Stat name={t("refused")} note={quantity.data(trial.refusedBytes)}>
              {quantity.number(trial.refused, 0)}
            </Stat>
            <Stat name={t("tooWeak")}>{quantity.number(trial.tooWeak, 0)}</Stat>
            <Stat name={t("extra")}>{quantity.data(trial.extraNetworkBytes)}</Stat>
          </Stats>
          <section
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
            tabIndex={0}
            aria-label={t("draws")}
            className="thin-scroll max-h-80 overflow-auto bg-surface"
          >
            <DataTable
              caption={t("trial")}
              rows={trial.rows}
              rowKey={({ site, level }) => `${site} ${level}`}
              columns={columns}
            />
          </section>
        </div>
      )}
    </section>
  );
}

function useColumns(): readonly Column<Row>[] {
  const t = useTranslations();
  const quantity = useQuantity();
  const { topology } = useOperations();
  return useMemo(() => {
    const names = topology ? siteNames(topology) : new Map<string, string>();
    const amount = (
      key: "draws" | "bytes" | "waited" | "longest" | "refused" | "tooWeak" | "extra",
      pick: (row: Row) => number,
      show: (value: number) => string = (value) => quantity.number(value, 0),
    ): Column<Row> => ({
      key,
      header: t(`policies.${key}`),
      cell: (row) => show(pick(row)),
      sortBy: pick,
      align: "right",
    });
    return [
      {
        key: "site",
        header: t("policies.site"),
        cell: ({ site }) => names.get(site) ?? site,
        sortBy: ({ site }) => names.get(site) ?? site,
      },
      {
        key: "level",
        header: t("policies.level"),
        cell: ({ level }) => {
          const name = levels.find((one) => one === String(level));
          return name === undefined ? level : t(`messages.levelName.${name}`);
        },
        sortBy: ({ level }) => level,
      },
      amount("draws", ({ draws }) => draws),
      amount("bytes", ({ bytes }) => bytes, quantity.data),
      amount("waited", ({ waited }) => waited),
      amount("longest", ({ longestWaitMs }) => longestWaitMs, quantity.duration),
      amount("refused", ({ refused }) => refused),
      amount("tooWeak", ({ tooWeak }) => tooWeak),
      amount("extra", ({ extraNetworkBytes }) => extraNetworkBytes, quantity.data),
    ];
  }, [t, quantity, topology]);
}

function rowsOf(trial: TrialView): (string | number)[][] {
  return [
    [
      "site",
      "level",
      "draws",
      "bytes",
      "waited",
      "longest_wait_ms",
      "refused",
      "refused_bytes",
      "too_weak",
      "extra_network_bytes",
    ],
    ...trial.rows.map((row) => [
      row.site,
      row.level,
      row.draws,
      row.bytes,
      row.waited,
      row.longestWaitMs,
      row.refused,
      row.refusedBytes,
      row.tooWeak,
      row.extraNetworkBytes,
    ]),
  ];
}
