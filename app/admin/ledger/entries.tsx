"use client";

import { useTranslations } from "next-intl";
import { useEffect, useMemo, useState } from "react";
import type { ChainView, LedgerEntryView, TopologyView } from "@/lib/keys/api-types.ts";
import { Button } from "@/lib/ui/button.tsx";
import { DataTable } from "@/lib/ui/data-table.tsx";
import { SelectField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Identifier } from "@/lib/ui/identifier.tsx";
import { siteNames } from "@/lib/ui/network/link-names.ts";
import { Empty, Waiting } from "@/lib/ui/notice.tsx";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import { ReadProblem } from "@/lib/ui/operations/read-problem.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";

const page = 100;

/** The rows of one site's ledger, page by page. */
export function Entries({ topology }: { topology: TopologyView }) {
  const t = useTranslations("ledger");
  const common = useTranslations("common");
  const { value: chains, problem, reload } = useOperationsRead<readonly ChainView[]>("/ops/ledger/chains");
  const [site, setSite] = useState<string | null>(null);
  const names = useMemo(() => siteNames(topology), [topology]);
  const sorted = useMemo(
    () =>
      [...(chains ?? [])].sort((a, b) =>
        (names.get(a.site) ?? a.site).localeCompare(names.get(b.site) ?? b.site),
      ),
    [chains, names],
  );
  const longest = useMemo(
    () => [...(chains ?? [])].sort((a, b) => b.length - a.length)[0]?.site ?? null,
    [chains],
  );
  const shown = site ?? longest;
  const chain = chains?.find((one) => one.site === shown);
  if (problem && !chains) return <ReadProblem problem={problem} onRetry={reload} />;
  if (!chains) return <Waiting>{common("loading")}</Waiting>;
  if (shown === null || !chain) {
    return (
      <Empty icon="ledger" title={t("noEntries")}>
        {t("noEntriesText")}
      </Empty>
    );
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 pb-8">
      <div className="w-80 max-w-full px-4 pt-4">
        <SelectField label={t("filterSite")} value={shown} onChange={(event) => setSite(event.target.value)}>
          {sorted.map((one) => (
            <option key={one.site} value={one.site}>
              {names.get(one.site) ?? one.site} ({one.length})
            </option>
          ))}
        </SelectField>
      </div>
      <EntryTable key={shown} site={shown} length={chain.length} />
    </div>
  );
}

function EntryTable({ site, length }: { site: string; length: number }) {
  const t = useTranslations("ledger");
  const common = useTranslations("common");
  const quantity = useQuantity();
  const { client } = useOperationsStore();
  const [entries, setEntries] = useState<readonly LedgerEntryView[] | null>(null);
  const [from, setFrom] = useState(Math.max(-1, length - page - 1));
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    let gone = false;
    client
      .read<readonly LedgerEntryView[]>("/ops/ledger/entries", { site, after: from, limit: page })
      .then((rows) => {
        if (gone) return;
        setFailed(false);
        setEntries((before) => {
          const all = new Map([...rows, ...(before ?? [])].map((row) => [row.index, row]));
          return [...all.values()].sort((a, b) => b.index - a.index);
        });
      })
      .catch(() => gone || setFailed(true));
    return () => {
      gone = true;
    };
  }, [client, site, from]);

  if (entries === null)
    return failed ? <Empty icon="server" title={common("retry")} /> : <Waiting>{common("loading")}</Waiting>;
  return (
    <>
      <div className="thin-scroll overflow-x-auto border-y border-line bg-surface">
        <DataTable
          caption={t("tabs.entries")}
          rows={entries}
          rowKey={(entry) => String(entry.index)}
          columns={[
            { key: "index", header: t("column.index"), cell: (entry) => quantity.number(entry.index, 0) },
            {
              key: "at",
              header: common("time"),
              cell: (entry) => quantity.moment(entry.at),
              className: "whitespace-nowrap",
            },
            { key: "kind", header: t("column.kind"), cell: (entry) => entry.kind },
            { key: "detail", header: t("column.detail"), cell: (entry) => <Detail detail={entry.detail} /> },
            { key: "hash", header: t("column.hash"), cell: (entry) => <Identifier value={entry.hash} /> },
          ]}
        />
      </div>
      {from > -1 ? (
        <div className="px-4">
          <Button onClick={() => setFrom(Math.max(-1, from - page))}>{common("more")}</Button>
        </div>
      ) : null}
    </>
  );
}

function Detail({ detail }: { detail: LedgerEntryView["detail"] }) {
  return (
    <dl className="flex flex-wrap gap-x-4 gap-y-0.5">
      {Object.entries(detail).map(([name, value]) => (
        <div key={name} className="flex gap-1.5">
          <dt className="text-ink-faint">{name}</dt>
          <dd className="max-w-96 break-all">{inWords(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function inWords(value: LedgerEntryView["detail"][string]): string {
  if (Array.isArray(value)) return value.join(" → ");
  return typeof value === "number" && !Number.isInteger(value) ? value.toPrecision(4) : String(value);
}
