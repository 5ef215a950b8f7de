"use client";

import { useTranslations } from "next-intl";
import type { ConsumptionView } from "@/lib/keys/api-types.ts";
import { DataTable } from "@/lib/ui/data-table.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Meter } from "@/lib/ui/meter.tsx";
import type { Grouping } from "./grouping.ts";
import { useGroupName } from "./use-group-name.ts";

type Group = ConsumptionView["groups"][number];

export function GroupTable({ groups, by }: { groups: readonly Group[]; by: Grouping }) {
  const t = useTranslations("consumption");
  const quantity = useQuantity();
  const nameOf = useGroupName(by);
  const total = Math.max(
    1,
    groups.reduce((sum, group) => sum + group.bytes, 0),
  );
  return (
    <div className="thin-scroll overflow-x-auto rounded-md border border-line bg-surface">
      <DataTable
        caption={t("by")}
        rows={groups}
        rowKey={(group) => group.name}
        initialSort={{ key: "bytes", descending: true }}
        columns={[
          {
            key: "name",
            header: t(`groups.${by}`),
            cell: (group) => nameOf(group.name),
            sortBy: (group) => nameOf(group.name),
          },
          {
            key: "bytes",
            header: t("amount"),
            cell: (group) => quantity.data(group.bytes),
            sortBy: (group) => group.bytes,
            align: "right",
          },
          {
            key: "keys",
            header: t("keys"),
            cell: (group) => quantity.number(group.keys, 0),
            sortBy: (group) => group.keys,
            align: "right",
          },
          {
            key: "share",
            header: t("share"),
            cell: (group) => (
              <span className="ml-auto grid w-40 grid-cols-[1fr_3.5rem] items-center gap-2">
                <Meter
                  ratio={group.bytes / total}
                  tone="accent"
                  label={quantity.percent(group.bytes / total)}
                />
                {quantity.percent(group.bytes / total)}
              </span>
            ),
            align: "right",
          },
        ]}
      />
    </div>
  );
}
