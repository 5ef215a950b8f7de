"use client";

import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { KmeView, TopologyView } from "@/lib/keys/api-types.ts";
import { Button } from "@/lib/ui/button.tsx";
import { TextField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Identifier } from "@/lib/ui/identifier.tsx";
import { siteNames } from "@/lib/ui/network/link-names.ts";
import { Empty, Waiting } from "@/lib/ui/notice.tsx";
import { ExportButtons } from "@/lib/ui/operations/export-buttons.tsx";
import { OperationsGate } from "@/lib/ui/operations/operations-gate.tsx";
import { ReadProblem } from "@/lib/ui/operations/read-problem.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";
import { PageHeading } from "@/lib/ui/page-heading.tsx";
import { Term } from "@/lib/ui/term.tsx";
import { PairStatus } from "./pair-status.tsx";

export function KmesPage() {
  const t = useTranslations();
  return (
    <>
      <PageHeading title={t("admin.pages.kmes")} question={t("admin.questions.kmes")} />
      <OperationsGate>{({ topology }) => <Kmes topology={topology} />}</OperationsGate>
    </>
  );
}

function Kmes({ topology }: { topology: TopologyView }) {
  const t = useTranslations("kmes");
  const common = useTranslations("common");
  const [query, setQuery] = useState("");
  const { value, problem, reload } = useOperationsRead<readonly KmeView[]>("/ops/kmes");
  const names = useMemo(() => siteNames(topology), [topology]);
  if (problem && !value) return <ReadProblem problem={problem} onRetry={reload} />;
  if (!value) return <Waiting>{common("loading")}</Waiting>;
  const asked = query.trim().toLowerCase();
  const shown = value.filter((kme) =>
    `${names.get(kme.site) ?? ""} ${kme.kmeId}`.toLowerCase().includes(asked),
  );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 px-4 pb-10">
      <PairStatus kmes={value} names={names} />
      <p className="max-w-prose text-ink-soft">{t("lead")}</p>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="w-80 max-w-full">
          <TextField
            label={t("filter")}
            hideLabel
            icon="search"
            type="search"
            placeholder={t("filter")}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </div>
        <ExportButtons
          name="key-managers"
          value={value}
          rows={() => [
            ["site", "kme", "sae", "address", "certificate_sha256", "valid_until_utc"],
            ...value.map((kme) => [
              kme.site,
              kme.kmeId,
              kme.saeId,
              kme.address,
              kme.certificateFingerprint,
              new Date(kme.notAfter).toISOString(),
            ]),
          ]}
        />
      </div>
      {shown.length === 0 ? <Empty icon="server" title={t("empty")} /> : null}
      <ul className="grid gap-px overflow-hidden rounded-md border border-line bg-line">
        {shown.map((kme) => (
          <li key={kme.kmeId} className="bg-surface p-4">
            <Kme kme={kme} name={names.get(kme.site) ?? kme.site} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Kme({ kme, name }: { kme: KmeView; name: string }) {
  const t = useTranslations("kmes");
  const common = useTranslations("common");
  const quantity = useQuantity();
  const [copied, setCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(kme.curl).catch(() => undefined);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  }
  return (
    <article className="grid gap-2">
      <div className="flex flex-wrap items-baseline gap-x-6 gap-y-1">
        <h2 className="font-semibold">{name}</h2>
        <span className="text-sm text-ink-soft">
          <Term name="KME">KME</Term> <span className="font-mono">{kme.kmeId}</span> ·{" "}
          <Term name="SAE">SAE</Term> <span className="font-mono">{kme.saeId}</span>
        </span>
      </div>
      <p className="flex flex-wrap gap-x-6 text-sm text-ink-soft">
        <span>
          {t("address")} <span className="font-mono text-ink">{kme.address}</span>
        </span>
        <span>
          {t("certificate")} <Identifier value={kme.certificateFingerprint.replaceAll(":", "")} length={16} />
        </span>
        <span>
          {t("notAfter")} <span className="text-ink">{quantity.date(kme.notAfter)}</span>
        </span>
      </p>
      <details>
        <summary className="w-fit rounded-sm text-sm font-medium text-accent hover:underline">
          {t("curl")}
        </summary>
        <div className="mt-2 grid gap-2 sm:grid-cols-[1fr_auto]">
          <pre className="thin-scroll overflow-x-auto rounded-md bg-sunken p-3 font-mono text-sm">
            {kme.curl}
          </pre>
          <Button
            size="small"
            className="self-start"
            icon={copied ? "check" : "copy"}
            onClick={() => void copy()}
          >
            {copied ? common("copied") : common("copy")}
          </Button>
        </div>
      </details>
    </article>
  );
}
