"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { KeyLifeView, TopologyView } from "@/lib/keys/api-types.ts";
import { DataTable } from "@/lib/ui/data-table.tsx";
import { TextField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { matchWords } from "@/lib/ui/match-words.ts";
import { siteNames } from "@/lib/ui/network/link-names.ts";
import { Empty, Waiting } from "@/lib/ui/notice.tsx";
import { ExportButtons } from "@/lib/ui/operations/export-buttons.tsx";
import { ReadProblem } from "@/lib/ui/operations/read-problem.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";
import { KeyStateBadge } from "./key-state-badge.tsx";

const wholeKeyId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The newest end-to-end keys, as many as fit what is asked for; each, and any by its identifier, leads to its life. */
export function Keys(props: { topology: TopologyView; keyHref: (keyId: string) => string }) {
  const t = useTranslations("ledger");
  const common = useTranslations("common");
  const units = useTranslations("units");
  const quantity = useQuantity();
  const names = useMemo(() => siteNames(props.topology), [props.topology]);
  const nameOf = (site: string) => names.get(site) ?? site;
  const [query, setQuery] = useState("");
  const { value, problem, reload } = useOperationsRead<readonly KeyLifeView[]>(
    "/ops/keys",
    { limit: 200 },
    5000,
  );
  if (problem && !value) return <ReadProblem problem={problem} onRetry={reload} />;
  if (!value) return <Waiting>{common("loading")}</Waiting>;
  if (value.length === 0) {
    return (
      <Empty icon="key" title={t("noKeys")}>
        {t("noKeysText")}
      </Empty>
    );
  }
  const asked = query.trim().toLowerCase();
  const words = (key: KeyLifeView) =>
    [key.keyId, nameOf(key.masterSite), ...key.slaveSites.map(nameOf), key.suite ?? ""].join(" ");
  const shown = value.filter((key) => matchWords(words(key), asked));
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 pb-8">
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 pt-4">
        <div className="w-96 max-w-full">
          <TextField
            label={t("filterKeys")}
            hideLabel
            icon="search"
            type="search"
            placeholder={t("filterKeys")}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </div>
        <ExportButtons name="keys" value={value} rows={() => rowsOf(value)} />
      </div>
      {wholeKeyId.test(asked) ? (
        <p className="px-4">
          <Link
            href={props.keyHref(asked)}
            className="rounded-sm font-medium text-accent underline-offset-2 hover:underline"
          >
            {t("openKey", { id: asked })}
          </Link>
        </p>
      ) : null}
      {shown.length === 0 ? (
        <p role="status" className="px-4 text-ink-soft">
          {t("noKeyFits", { count: value.length })}
        </p>
      ) : null}
      <div className="thin-scroll overflow-x-auto border-y border-line bg-surface">
        <DataTable
          caption={t("tabs.keys")}
          rows={shown}
          rowKey={(key) => key.keyId}
          initialSort={{ key: "requested", descending: true }}
          columns={[
            {
              key: "key",
              header: t("column.key"),
              cell: (key) => (
                <Link
                  href={props.keyHref(key.keyId)}
                  title={key.keyId}
                  className="rounded-sm font-mono text-accent underline-offset-2 hover:underline"
                >
                  {key.keyId.slice(0, 13)}…
                </Link>
              ),
            },
            { key: "state", header: t("column.state"), cell: (key) => <KeyStateBadge state={key.state} /> },
            { key: "from", header: t("column.from"), cell: (key) => nameOf(key.masterSite) },
            { key: "to", header: t("column.to"), cell: (key) => key.slaveSites.map(nameOf).join(", ") },
            {
              key: "bits",
              header: t("column.bits"),
              cell: (key) => units("bits", { count: key.bits }),
              align: "right",
            },
            {
              key: "network",
              header: t("column.network"),
              cell: (key) => units("bits", { count: key.networkBits }),
              align: "right",
            },
            {
              key: "requested",
              header: t("column.requested"),
              cell: (key) => quantity.moment(key.requestedAt),
              sortBy: (key) => key.requestedAt,
              align: "right",
            },
          ]}
        />
      </div>
    </div>
  );
}

function rowsOf(keys: readonly KeyLifeView[]): (string | number | null)[][] {
  const utc = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return [
    [
      "key",
      "state",
      "from",
      "to",
      "bits",
      "network_bits",
      "routes",
      "suite",
      "level",
      "requested_at_utc",
      "deleted_at_utc",
      "erased_at_utc",
    ],
    ...keys.map((key) => [
      key.keyId,
      key.state,
      key.masterSite,
      key.slaveSites.join(" "),
      key.bits,
      key.networkBits,
      key.routes.map((route) => route.join(" ")).join("; "),
      key.suite,
      key.level,
      utc(key.requestedAt),
      utc(key.deletedAt),
      utc(key.erasedAt),
    ]),
  ];
}
