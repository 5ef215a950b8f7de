"use client";

import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { KmeStatusView, KmeView } from "@/lib/keys/api-types.ts";
import { DataTable } from "@/lib/ui/data-table.tsx";
import { SelectField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Waiting } from "@/lib/ui/notice.tsx";
import { ExportButtons } from "@/lib/ui/operations/export-buttons.tsx";
import { ReadProblem } from "@/lib/ui/operations/read-problem.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";

/** In the order of the standard. */
const members = [
  "source_KME_ID",
  "target_KME_ID",
  "master_SAE_ID",
  "slave_SAE_ID",
  "key_size",
  "stored_key_count",
  "max_key_count",
  "max_key_per_request",
  "max_key_size",
  "min_key_size",
  "max_SAE_ID_count",
] as const satisfies readonly (keyof KmeStatusView)[];

interface Site {
  readonly name: string;
  readonly sae: string;
}

/** The standard's status between the SAEs of two sites, of at least two that have a key manager. */
export function PairStatus(props: { kmes: readonly KmeView[]; names: ReadonlyMap<string, string> }) {
  const t = useTranslations("kmes.status");
  const sites = useMemo(
    () =>
      props.kmes
        .map(({ site, saeId }): Site => ({ name: props.names.get(site) ?? site, sae: saeId }))
        .sort((a, b) => a.name.localeCompare(b.name)),
    [props.kmes, props.names],
  );
  const [asked, setAsked] = useState<string | null>(null);
  const [wanted, setWanted] = useState<string | null>(null);
  const master = sites.find(({ sae }) => sae === asked) ?? sites[0];
  const others = sites.filter((site) => site !== master);
  const slave = others.find(({ sae }) => sae === wanted) ?? others[0];
  if (!master || !slave) return null;
  return (
    <section aria-labelledby="kme-status" className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <h2 id="kme-status" className="text-base font-semibold">
        {t("title")}
      </h2>
      <p className="max-w-prose text-ink-soft">{t("lead")}</p>
      <div className="grid gap-3 sm:grid-cols-2 lg:max-w-3xl">
        <SiteField label={t("master")} sites={sites} chosen={master} onChoose={setAsked} />
        <SiteField label={t("slave")} sites={others} chosen={slave} onChoose={setWanted} />
      </div>
      <StatusTable master={master} slave={slave} />
    </section>
  );
}

function SiteField(props: {
  label: string;
  sites: readonly Site[];
  chosen: Site;
  onChoose: (sae: string) => void;
}) {
  return (
    <SelectField
      label={props.label}
      value={props.chosen.sae}
      onChange={(event) => props.onChoose(event.target.value)}
    >
      {props.sites.map(({ name, sae }) => (
        <option key={sae} value={sae}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

function StatusTable({ master, slave }: { master: Site; slave: Site }) {
  const t = useTranslations("kmes.status");
  const common = useTranslations("common");
  const quantity = useQuantity();
  const { value, problem, reload } = useOperationsRead<KmeStatusView>(
    "/ops/kmes/status",
    { master: master.sae, slave: slave.sae },
    5000,
  );
  if (problem && !value) return <ReadProblem problem={problem} onRetry={reload} />;
  if (!value) return <Waiting>{common("loading")}</Waiting>;
  const shown = (member: (typeof members)[number]) => {
    const is = value[member];
    return typeof is === "number" ? quantity.number(is, 0) : is;
  };
  return (
    <>
      <ExportButtons
        name="key-manager-status"
        value={value}
        rows={() => [["name", "value"], ...members.map((member) => [member, value[member]])]}
      />
      <div className="thin-scroll overflow-x-auto border-y border-line bg-surface">
        <DataTable
          caption={`${t("title")}: ${master.name}, ${slave.name}`}
          rows={members}
          rowKey={(member) => member}
          columns={[
            {
              key: "name",
              header: t("name"),
              cell: (member) => <span className="font-mono">{member}</span>,
            },
            {
              key: "value",
              header: t("value"),
              cell: (member) => <span className="font-mono whitespace-nowrap">{shown(member)}</span>,
            },
            { key: "meaning", header: t("meaning"), cell: (member) => t(`means.${member}`) },
          ]}
        />
      </div>
    </>
  );
}
