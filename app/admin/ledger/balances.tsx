"use client";

import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { BalanceView, LinkEndCounts, TopologyView } from "@/lib/keys/api-types.ts";
import { Badge } from "@/lib/ui/badge.tsx";
import { type Column, DataTable } from "@/lib/ui/data-table.tsx";
import { TextField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { linkName, siteNames } from "@/lib/ui/network/link-names.ts";
import { Waiting } from "@/lib/ui/notice.tsx";
import { ExportButtons } from "@/lib/ui/operations/export-buttons.tsx";
import { ReadProblem } from "@/lib/ui/operations/read-problem.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";

interface Row {
  readonly name: string;
  readonly view: BalanceView;
}

/** Every link's account: what was made, where it went, and the zero that is left. */
export function Balances({ topology }: { topology: TopologyView }) {
  const t = useTranslations("ledger");
  const health = useTranslations("health");
  const common = useTranslations("common");
  const [query, setQuery] = useState("");
  const { value, problem, reload } = useOperationsRead<readonly BalanceView[]>(
    "/ops/ledger/balances",
    {},
    5000,
  );
  const columns = useColumns();
  const rows = useMemo(() => {
    const names = siteNames(topology);
    const links = new Map(topology.links.map((link) => [link.id, link]));
    return (value ?? []).map((view): Row => {
      const link = links.get(view.link);
      return { name: link ? linkName(link, names) : view.link, view };
    });
  }, [value, topology]);
  if (problem && !value) return <ReadProblem problem={problem} onRetry={reload} />;
  if (!value) return <Waiting>{common("loading")}</Waiting>;
  const wrong = value.filter((view) => view.balance !== 0 || !view.agree).length;
  const asked = query.trim().toLowerCase();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 pb-8">
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 pt-4">
        <div className="grid gap-1">
          <p className="text-lg font-semibold" data-balance={wrong === 0 ? "zero" : "wrong"}>
            {wrong === 0 ? (
              <Badge tone="ok" icon="check">
                <span className="whitespace-normal">{t("allZero", { count: value.length })}</span>
              </Badge>
            ) : (
              <Badge tone="alarm" icon="alarm">
                <span className="whitespace-normal">{t("notZero", { count: wrong })}</span>
              </Badge>
            )}
          </p>
          <p className="max-w-prose text-sm text-ink-soft">{t("balanceLead")}</p>
        </div>
        <ExportButtons name="balances" value={value} rows={() => rowsOf(value)} />
        <div className="w-72 max-w-full">
          <TextField
            label={health("filter")}
            hideLabel
            icon="search"
            type="search"
            placeholder={health("filter")}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </div>
      </div>
      <div className="thin-scroll overflow-x-auto border-y border-line bg-surface">
        <DataTable
          caption={t("tabs.balances")}
          columns={columns}
          rows={
            asked === ""
              ? rows
              : rows.filter((row) => `${row.name} ${row.view.link}`.toLowerCase().includes(asked))
          }
          rowKey={(row) => row.view.link}
        />
      </div>
    </div>
  );
}

function rowsOf(views: readonly BalanceView[]): (string | number)[][] {
  return [
    ["link", "balance", "ends_agree", "generated", ...uses, "lost_at_restart", "stored"],
    ...views.map(({ link, balance, agree, ledger }) => [
      link,
      balance,
      String(agree),
      ledger.generated,
      ...uses.map((use) => ledger[use]),
      ledger.lostAtRestart,
      ledger.stored,
    ]),
  ];
}

const uses = ["relayed", "supplied", "authentication", "expired", "discarded"] as const;

function useColumns(): readonly Column<Row>[] {
  const t = useTranslations("ledger");
  const quantity = useQuantity();
  return useMemo(() => {
    const amount = (key: string, header: string, pick: (counts: LinkEndCounts) => number): Column<Row> => ({
      key,
      header,
      cell: (row) => {
        const bytes = pick(row.view.ledger);
        return <span className={bytes === 0 ? "text-ink-faint" : ""}>{quantity.number(bytes, 0)}</span>;
      },
      sortBy: (row) => pick(row.view.ledger),
      align: "right",
    });
    return [
      {
        key: "link",
        header: t("column.link"),
        cell: (row) => row.name,
        sortBy: (row) => row.name,
        className: "min-w-64",
      },
      {
        key: "balance",
        header: t("column.balance"),
        cell: (row) => (
          <span className={`font-semibold ${row.view.balance === 0 ? "text-ok" : "text-alarm"}`}>
            {quantity.number(row.view.balance, 0)}
          </span>
        ),
        sortBy: (row) => Math.abs(row.view.balance),
        align: "right",
      },
      {
        key: "ends",
        header: t("column.ends"),
        cell: (row) =>
          row.view.agree ? (
            <Badge tone="ok" icon="check">
              {t("agree")}
            </Badge>
          ) : (
            <Badge tone="alarm" icon="alarm">
              {t("differ")}
            </Badge>
          ),
        sortBy: (row) => (row.view.agree ? 1 : 0),
      },
      amount("generated", t("column.generated"), (counts) => counts.generated),
      ...uses.map((use) => amount(use, t(`column.${use}`), (counts) => counts[use])),
      amount("lost", t("column.lost"), (counts) => counts.lostAtRestart),
      amount("stored", t("column.stored"), (counts) => counts.stored),
    ];
  }, [t, quantity]);
}
