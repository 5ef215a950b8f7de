"use client";

import { useTranslations } from "next-intl";
import type { ConsumptionView, DeviceView } from "@/lib/keys/api-types.ts";
import { DataTable } from "@/lib/ui/data-table.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Meter } from "@/lib/ui/meter.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";
import { usePostName } from "@/lib/ui/use-post-name.ts";
import { agentsAt } from "./agents-at.ts";
import type { Grouping } from "./grouping.ts";
import { useGroupName } from "./use-group-name.ts";

type Group = ConsumptionView["groups"][number];

export function GroupTable({ groups, by }: { groups: readonly Group[]; by: Grouping }) {
  const t = useTranslations("consumption");
  const quantity = useQuantity();
  const nameOf = useGroupName(by);
  const postName = usePostName();
  const { value: devices } = useOperationsRead<readonly DeviceView[]>("/ops/devices", {}, 30_000);
  const agentsOf = (name: string): readonly string[] =>
    by === "pair" || by === "site" ? agentsAt(devices ?? [], name.match(/[a-z]{2,3}-[a-z0-9-]+/g) ?? []) : [];
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
            cell: (group) => {
              const agents = agentsOf(group.name);
              return (
                <span className="grid">
                  {nameOf(group.name)}
                  {agents.length === 0 ? null : (
                    <span className="text-xs font-normal text-ink-soft">
                      {t("agents", { names: agents.map((name) => postName(name).whole).join("; ") })}
                    </span>
                  )}
                </span>
              );
            },
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
