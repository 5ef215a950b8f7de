"use client";

import { useTranslations } from "next-intl";
import { useDeferredValue, useMemo, useRef, useState } from "react";
import type { LinkStatus, LinkView, PoolOutlookView, TopologyView } from "@/lib/keys/api-types.ts";
import { type Column, DataTable } from "@/lib/ui/data-table.tsx";
import { TextField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Meter } from "@/lib/ui/meter.tsx";
import { linkName } from "@/lib/ui/network/link-names.ts";
import { LinkState, poolTone, useConditionWord } from "@/lib/ui/network/link-state.tsx";
import { Empty } from "@/lib/ui/notice.tsx";
import { ExportButtons } from "@/lib/ui/operations/export-buttons.tsx";
import { useOperations } from "@/lib/ui/operations/operations-provider.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";
import { Term } from "@/lib/ui/term.tsx";
import { PoolOutlook } from "./pool-outlook.tsx";

/** With news of every link each second, the rows of one continent would be drawn for longer than a frame. */
const rowsAtFirst = 120;

interface Row {
  readonly link: LinkView;
  readonly name: string;
  readonly status: LinkStatus;
}

/** What the pool's cell says; while that is the same for all, the same map: new columns draw every row again. */
function useOutlooks(pools: readonly PoolOutlookView[] | undefined): ReadonlyMap<string, PoolOutlookView> {
  const shown = (pools ?? []).filter(
    ({ waiting, timeToEmptyMs }) => waiting.priority + waiting.ordinary > 0 || timeToEmptyMs !== null,
  );
  const key = JSON.stringify(shown);
  return useMemo(
    () => new Map((JSON.parse(key) as PoolOutlookView[]).map((outlook) => [outlook.link, outlook])),
    [key],
  );
}

interface LinkTableProps {
  readonly topology: TopologyView;
  readonly names: ReadonlyMap<string, string>;
  readonly chosen: string | null;
  readonly onChoose: (link: string) => void;
}

const urgency: Readonly<Record<LinkStatus["condition"], number>> = {
  alarm: 0,
  down: 1,
  quarantined: 2,
  starting: 3,
  generating: 4,
  standby: 5,
};

const inTrouble = ({ condition, warning }: LinkStatus) =>
  ["alarm", "down", "quarantined"].includes(condition) || warning !== null;

export function LinkTable({ topology, names, chosen, onChoose }: LinkTableProps) {
  const t = useTranslations("health");
  const conditionWord = useConditionWord();
  const { links } = useOperations();
  const [query, setQuery] = useState("");
  const [onlyTrouble, setOnlyTrouble] = useState(false);
  const asked = useDeferredValue(query.trim().toLowerCase());
  const statuses = useDeferredValue(links);
  const known = useRef(new WeakMap<LinkStatus, Row>());
  const rows = useMemo(() => {
    const all: Row[] = [];
    for (const link of topology.links) {
      const status = statuses.get(link.id);
      if (!status || (onlyTrouble && !inTrouble(status))) continue;
      const name = linkName(link, names);
      const text = `${name} ${link.id} ${conditionWord(status.condition, link.kind)}`.toLowerCase();
      if (asked !== "" && !text.includes(asked)) continue;
      // The same object for the same status, so that only rows with news are drawn again.
      const before = known.current.get(status);
      const row = before?.name === name ? before : { link, name, status };
      known.current.set(status, row);
      all.push(row);
    }
    return all;
  }, [topology, statuses, names, asked, onlyTrouble, conditionWord]);
  const { value: pools } = useOperationsRead<readonly PoolOutlookView[]>("/ops/pools", {}, 5000);
  const outlooks = useOutlooks(pools);
  const columns = useColumns(outlooks);
  return (
    <section aria-label={t("links")} className="min-w-0 border-line bg-surface max-xl:border-t xl:border-l">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-3 py-2">
        <div className="min-w-56 flex-1">
          <TextField
            label={t("filter")}
            hideLabel
            placeholder={t("filter")}
            icon="search"
            type="search"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </div>
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            checked={onlyTrouble}
            onChange={(event) => setOnlyTrouble(event.target.checked)}
            className="size-4 accent-accent"
          />
          {t("onlyTrouble")}
        </label>
        <ExportButtons name="links" value={rows.map(({ status }) => status)} rows={() => rowsOf(rows)} />
      </div>
      <div className="thin-scroll overflow-x-auto">
        <DataTable
          caption={t("links")}
          columns={columns}
          rows={rows}
          rowKey={(row) => row.link.id}
          chosen={chosen}
          onChoose={onChoose}
          initialSort={{ key: "condition", descending: false }}
          atFirst={rowsAtFirst}
        />
        {rows.length === 0 ? <Empty icon="search" title={t("noMatch")} /> : null}
      </div>
    </section>
  );
}

function rowsOf(rows: readonly Row[]): (string | number | null)[][] {
  return [
    [
      "link",
      "name",
      "condition",
      "alarm",
      "qber",
      "secret_bits_per_second",
      "available_bytes",
      "capacity_bytes",
    ],
    ...rows.map(({ link, name, status }) => [
      link.id,
      name,
      status.condition,
      status.alarm,
      status.qber,
      status.secretBitsPerSecond,
      status.availableBytes,
      status.capacityBytes,
    ]),
  ];
}

function useColumns(outlooks: ReadonlyMap<string, PoolOutlookView>): readonly Column<Row>[] {
  const t = useTranslations("health");
  const causes = useTranslations("link.cause");
  const units = useTranslations("units");
  const quantity = useQuantity();
  return useMemo(
    () => [
      {
        key: "link",
        header: t("column.link"),
        cell: (row) => row.name,
        sortBy: (row) => row.name,
        className: "min-w-48",
      },
      {
        key: "condition",
        header: t("column.condition"),
        cell: (row) => (
          <span title={row.status.alarm ? causes(row.status.alarm) : undefined}>
            <LinkState condition={row.status.condition} kind={row.link.kind} />
            {row.status.warning ? (
              <span className="block text-sm text-ink-soft">{causes(row.status.warning)}</span>
            ) : null}
          </span>
        ),
        sortBy: (row) => urgency[row.status.condition],
      },
      {
        key: "qber",
        header: <Term name="QBER">{t("column.qber")}</Term>,
        cell: (row) => (row.status.qber === null ? "—" : quantity.percent(row.status.qber, 2)),
        align: "right",
      },
      {
        key: "rate",
        header: t("column.rate"),
        cell: (row) => (
          <span className="whitespace-nowrap">{quantity.rate(row.status.secretBitsPerSecond)}</span>
        ),
        sortBy: (row) => row.status.secretBitsPerSecond,
        align: "right",
      },
      {
        key: "pool",
        header: t("column.pool"),
        cell: (row) => (
          <span className="grid min-w-24 gap-1">
            <span className="whitespace-nowrap">{quantity.data(row.status.availableBytes)}</span>
            <Meter
              ratio={row.status.capacityBytes > 0 ? row.status.availableBytes / row.status.capacityBytes : 0}
              tone={poolTone(row.status)}
              label={quantity.data(row.status.availableBytes)}
            />
            <PoolOutlook outlook={outlooks.get(row.link.id)} />
          </span>
        ),
        sortBy: (row) => row.status.availableBytes,
        align: "right",
      },
      {
        key: "length",
        header: t("column.length"),
        cell: (row) =>
          row.link.lengthKm ? (
            <span className="whitespace-nowrap">
              {units("kilometres", { value: quantity.number(row.link.lengthKm, 0) })}
            </span>
          ) : (
            "—"
          ),
        sortBy: (row) => row.link.lengthKm ?? 0,
        align: "right",
      },
    ],
    [t, causes, units, quantity, outlooks],
  );
}
