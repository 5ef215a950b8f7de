"use client";

import { useTranslations } from "next-intl";
import type { AffectedView } from "@/lib/keys/api-types.ts";
import { Badge } from "@/lib/ui/badge.tsx";
import { DataTable } from "@/lib/ui/data-table.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";

/** Pairs of sites whose keys went over the alarm's place, with the conversations as pseudonyms. */
export function AffectedPairs({ alarm, names }: { alarm: string; names: ReadonlyMap<string, string> }) {
  const t = useTranslations("alarms");
  const quantity = useQuantity();
  const { value } = useOperationsRead<readonly AffectedView[]>("/ops/alarms/affected", { alarm }, 15_000);
  if (!value) return null;
  const nameOf = (site: string) => names.get(site) ?? site;
  return (
    <section aria-label={t("touched")} className="grid grid-cols-[minmax(0,1fr)] gap-1">
      <h3 className="text-sm font-semibold">{t("touched")}</h3>
      <p className="max-w-prose text-sm text-ink-soft">
        {value.length === 0 ? t("touchedNone") : t("touchedText")}
      </p>
      {value.length === 0 ? null : (
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
          tabIndex={0}
          aria-label={t("column.pair")}
          className="thin-scroll max-h-64 overflow-auto rounded-md border border-line"
        >
          <DataTable
            caption={t("touched")}
            rows={value}
            rowKey={({ a, b }) => `${a} ${b}`}
            columns={[
              { key: "pair", header: t("column.pair"), cell: ({ a, b }) => `${nameOf(a)} – ${nameOf(b)}` },
              {
                key: "conversations",
                header: t("column.conversations"),
                cell: ({ conversations }) => quantity.number(conversations, 0),
                align: "right",
              },
              {
                key: "keys",
                header: t("column.keys"),
                cell: ({ keys }) => quantity.number(keys, 0),
                align: "right",
              },
              {
                key: "last",
                header: t("column.last"),
                cell: ({ lastAt }) => quantity.moment(lastAt),
                className: "whitespace-nowrap",
                align: "right",
              },
              {
                key: "now",
                header: t("column.now"),
                cell: ({ hasKey }) =>
                  hasKey ? (
                    <Badge tone="ok" icon="check">
                      {t("has")}
                    </Badge>
                  ) : (
                    <Badge tone="warn" icon="hourglass">
                      {t("hasNot")}
                    </Badge>
                  ),
              },
            ]}
          />
        </section>
      )}
    </section>
  );
}
