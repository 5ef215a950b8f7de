"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useMemo, useState } from "react";
import type { PoliciesView, QuotaView } from "@/lib/keys/api-types.ts";
import { Button } from "@/lib/ui/button.tsx";
import { type Column, DataTable } from "@/lib/ui/data-table.tsx";
import { SelectField, TextField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Meter } from "@/lib/ui/meter.tsx";
import { siteNames } from "@/lib/ui/network/link-names.ts";
import { useOperations } from "@/lib/ui/operations/operations-provider.tsx";
import { quotaName } from "./policy-draft.ts";

const levels = ["0", "1", "2", "3"] as const;

interface QuotasProps {
  readonly quotas: readonly QuotaView[];
  readonly used: PoliciesView["used"];
  /** null: only to read. */
  readonly onChange: ((quotas: readonly QuotaView[]) => void) | null;
}

export function Quotas({ quotas, used, onChange }: QuotasProps) {
  const t = useTranslations("policies");
  const names = useNames();
  const columns = useColumns(used, names, quotas, onChange);
  return (
    <>
      {quotas.length === 0 ? (
        <p className="text-ink-soft">{t("noQuota")}</p>
      ) : (
        <div className="thin-scroll overflow-x-auto rounded-md border border-line bg-surface">
          <DataTable caption={t("quotas")} rows={quotas} rowKey={quotaName} columns={columns} />
        </div>
      )}
      {onChange ? (
        <NewQuota
          names={names}
          onAdd={(quota) => onChange([...quotas.filter((one) => quotaName(one) !== quotaName(quota)), quota])}
        />
      ) : null}
      <h3 className="text-sm font-semibold">{t("drawn")}</h3>
      {used.length === 0 ? (
        <p className="text-ink-soft">{t("drawnNone")}</p>
      ) : (
        <UsedTable used={used} names={names} />
      )}
    </>
  );
}

interface Names {
  readonly sites: readonly { readonly id: string; readonly name: string }[];
  readonly site: (id: string) => string;
  readonly level: (level: number | null) => string;
}

function useNames(): Names {
  const t = useTranslations();
  const { topology } = useOperations();
  return useMemo(() => {
    const known = topology ? siteNames(topology) : new Map<string, string>();
    const site = (id: string) => (id === "*" ? t("policies.everySite") : (known.get(id) ?? id));
    const sites = (topology?.sites ?? [])
      .filter(({ kind }) => kind === "endpoint")
      .map(({ id }) => ({ id, name: site(id) }))
      .sort((a, b) => a.name.localeCompare(b.name));
    const level = (number: number | null) => {
      const name = levels.find((one) => one === String(number));
      return name === undefined ? t("policies.everyLevel") : t(`messages.levelName.${name}`);
    };
    return { sites, site, level };
  }, [t, topology]);
}

/** What the quota counts; for the one of every site, the site that used most. */
function usedOf(quota: QuotaView, used: PoliciesView["used"]): number {
  const bySite = new Map<string, number>();
  for (const { site, level, bytes } of used) {
    if (quota.site !== "*" && site !== quota.site) continue;
    if (quota.level === null || quota.level === level) bySite.set(site, (bySite.get(site) ?? 0) + bytes);
  }
  return Math.max(0, ...bySite.values());
}

function useColumns(
  used: PoliciesView["used"],
  names: Names,
  quotas: readonly QuotaView[],
  onChange: QuotasProps["onChange"],
): readonly Column<QuotaView>[] {
  const t = useTranslations("policies");
  const quantity = useQuantity();
  const common: Column<QuotaView>[] = [
    { key: "site", header: t("site"), cell: (quota) => names.site(quota.site) },
    { key: "level", header: t("level"), cell: (quota) => names.level(quota.level) },
    {
      key: "amount",
      header: t("amount"),
      cell: (quota) => quantity.data(quota.bytesPerHour),
      align: "right",
    },
    {
      key: "used",
      header: t("used"),
      cell: (quota) => {
        const bytes = usedOf(quota, used);
        return (
          <span className="grid min-w-32 gap-1">
            {quantity.data(bytes)}
            <Meter
              ratio={Math.min(1, bytes / quota.bytesPerHour)}
              tone={bytes > 0.8 * quota.bytesPerHour ? "warn" : "accent"}
              label={quantity.percent(bytes / quota.bytesPerHour, 0)}
            />
          </span>
        );
      },
      align: "right",
    },
  ];
  if (onChange === null) return common;
  const remove: Column<QuotaView> = {
    key: "remove",
    header: <span className="sr-only">{t("remove")}</span>,
    cell: (quota) => (
      <Button
        size="small"
        tone="danger"
        aria-label={`${t("remove")}: ${names.site(quota.site)}, ${names.level(quota.level)}`}
        onClick={() => onChange(quotas.filter((one) => one !== quota))}
      >
        {t("remove")}
      </Button>
    ),
    align: "right",
  };
  return [...common, remove];
}

function NewQuota({ names, onAdd }: { names: Names; onAdd: (quota: QuotaView) => void }) {
  const t = useTranslations("policies");
  const [site, setSite] = useState("*");
  const [level, setLevel] = useState("all");
  const [amount, setAmount] = useState("1000");
  function add(event: FormEvent) {
    event.preventDefault();
    const bytesPerHour = Math.round(Number(amount) * 1000);
    if (bytesPerHour > 0) onAdd({ site, level: level === "all" ? null : Number(level), bytesPerHour });
  }
  return (
    <form onSubmit={add} className="flex flex-wrap items-end gap-3">
      <SelectField label={t("site")} value={site} onChange={(event) => setSite(event.target.value)}>
        <option value="*">{t("everySite")}</option>
        {names.sites.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </SelectField>
      <SelectField label={t("level")} value={level} onChange={(event) => setLevel(event.target.value)}>
        <option value="all">{t("everyLevel")}</option>
        {levels.map((one) => (
          <option key={one} value={one}>
            {names.level(Number(one))}
          </option>
        ))}
      </SelectField>
      <TextField
        label={t("perHour")}
        type="number"
        min={1}
        required
        className="w-36"
        value={amount}
        onChange={(event) => setAmount(event.target.value)}
      />
      <Button type="submit" icon="plus">
        {t("add")}
      </Button>
    </form>
  );
}

function UsedTable({ used, names }: { used: PoliciesView["used"]; names: Names }) {
  const t = useTranslations("policies");
  const quantity = useQuantity();
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
      tabIndex={0}
      aria-label={t("drawn")}
      className="thin-scroll max-h-72 overflow-auto rounded-md border border-line bg-surface"
    >
      <DataTable
        caption={t("drawn")}
        rows={used}
        rowKey={({ site, level }) => `${site} ${level}`}
        initialSort={{ key: "bytes", descending: true }}
        columns={[
          {
            key: "site",
            header: t("site"),
            cell: ({ site }) => names.site(site),
            sortBy: ({ site }) => names.site(site),
          },
          {
            key: "level",
            header: t("level"),
            cell: ({ level }) => names.level(level),
            sortBy: ({ level }) => level,
          },
          {
            key: "bytes",
            header: t("bytes"),
            cell: ({ bytes }) => quantity.data(bytes),
            sortBy: ({ bytes }) => bytes,
            align: "right",
          },
        ]}
      />
    </section>
  );
}
