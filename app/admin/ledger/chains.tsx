"use client";

import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { ChainView, TopologyView, VerifyView } from "@/lib/keys/api-types.ts";
import { Button, IconButton } from "@/lib/ui/button.tsx";
import { DataTable } from "@/lib/ui/data-table.tsx";
import { downloadBlob } from "@/lib/ui/download-file.ts";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Identifier } from "@/lib/ui/identifier.tsx";
import { siteNames } from "@/lib/ui/network/link-names.ts";
import { Empty, Notice, Waiting } from "@/lib/ui/notice.tsx";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import { ReadProblem } from "@/lib/ui/operations/read-problem.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";
import { useErrorText } from "@/lib/ui/problem-text.ts";
import { Term } from "@/lib/ui/term.tsx";

type Checking =
  | { readonly state: "idle" }
  | { readonly state: "running" }
  | { readonly state: "done"; readonly site: string | null; readonly result: VerifyView }
  | { readonly state: "failed"; readonly message: string };

/** The hash chain of each site, and the button that computes all of them again. */
export function Chains({ topology }: { topology: TopologyView }) {
  const t = useTranslations("ledger");
  const errorText = useErrorText();
  const common = useTranslations("common");
  const quantity = useQuantity();
  const { client } = useOperationsStore();
  const [checking, setChecking] = useState<Checking>({ state: "idle" });
  const names = useMemo(() => siteNames(topology), [topology]);
  const nameOf = (site: string) => names.get(site) ?? site;
  const { value, problem, reload } = useOperationsRead<readonly ChainView[]>(
    "/ops/ledger/chains",
    {},
    10_000,
  );

  async function verify(site: string | null) {
    setChecking({ state: "running" });
    try {
      const result = await client.read<VerifyView>("/ops/ledger/verify", site === null ? {} : { site });
      setChecking({ state: "done", site, result });
    } catch (error) {
      setChecking({ state: "failed", message: errorText(error) });
    }
  }

  async function download(format: "jsonl" | "csv") {
    try {
      const moment = new Date().toISOString().slice(0, 16).replace(/[:T]/g, "-");
      downloadBlob(`ledger-${moment}.${format}`, await client.download("/ops/ledger/export", { format }));
    } catch (error) {
      setChecking({ state: "failed", message: errorText(error) });
    }
  }

  if (problem && !value) return <ReadProblem problem={problem} onRetry={reload} />;
  if (!value) return <Waiting>{common("loading")}</Waiting>;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 pb-8">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3 px-4 pt-4">
        <div className="flex flex-wrap gap-2">
          <Button
            tone="primary"
            icon="shieldCheck"
            busy={checking.state === "running"}
            onClick={() => void verify(null)}
          >
            {checking.state === "running" ? t("verifying") : t("verify")}
          </Button>
          <Button onClick={() => void download("jsonl")}>{t("exportJson")}</Button>
          <Button onClick={() => void download("csv")}>{t("exportCsv")}</Button>
        </div>
        <div aria-live="off" data-verify={checking.state}>
          {checking.state === "done" ? <Verdict {...checking} nameOf={nameOf} /> : null}
          {checking.state === "failed" ? (
            <Notice tone="alarm" icon="failed" urgent title={checking.message} />
          ) : null}
        </div>
      </div>
      {value.length === 0 ? (
        <Empty icon="ledger" title={t("noEntries")}>
          {t("noEntriesText")}
        </Empty>
      ) : (
        <div className="thin-scroll overflow-x-auto border-y border-line bg-surface">
          <DataTable
            caption={t("tabs.chains")}
            rows={value}
            rowKey={(chain) => chain.site}
            columns={[
              {
                key: "site",
                header: t("column.site"),
                cell: (chain) => nameOf(chain.site),
                sortBy: (chain) => nameOf(chain.site),
              },
              {
                key: "length",
                header: t("column.length"),
                cell: (chain) => quantity.number(chain.length, 0),
                sortBy: (chain) => chain.length,
                align: "right",
              },
              {
                key: "head",
                header: t("column.head"),
                cell: (chain) => <Identifier value={chain.head} length={16} />,
              },
              {
                key: "witnesses",
                header: <Term name="witness">{t("column.witnesses")}</Term>,
                cell: (chain) => (
                  <span className={chain.witnesses.length === 0 ? "text-ink-faint" : ""}>
                    {chain.witnesses.map((witness) => nameOf(witness.site)).join(", ") || common("none")}
                  </span>
                ),
              },
              {
                key: "verify",
                header: <span className="sr-only">{t("verify")}</span>,
                cell: (chain) => (
                  <IconButton
                    icon="shieldCheck"
                    size="small"
                    label={t("verifySite", { site: nameOf(chain.site) })}
                    onClick={() => void verify(chain.site)}
                  />
                ),
                align: "right",
              },
            ]}
          />
        </div>
      )}
    </div>
  );
}

function Verdict(props: { site: string | null; result: VerifyView; nameOf: (site: string) => string }) {
  const { result, nameOf } = props;
  const t = useTranslations("ledger");
  const tone = result.verdict === "witnessed" ? "ok" : result.verdict === "broken" ? "alarm" : "warn";
  return (
    <Notice
      tone={tone}
      icon={tone === "ok" ? "shieldCheck" : "alarm"}
      title={`${props.site ? `${nameOf(props.site)}: ` : ""}${t(`verdict.${result.verdict}`)}`}
    >
      <p>{t("checked", { count: result.checked })}</p>
      {result.witnesses.length > 0 ? (
        <details>
          <summary className="w-fit rounded-sm">
            {t("witnessedBy", { count: result.witnesses.length })}
          </summary>
          <p className="pt-1 text-sm">{result.witnesses.map(nameOf).join(", ")}</p>
        </details>
      ) : null}
      {result.brokenAt ? (
        <p>
          {t("brokenAt", {
            site: nameOf(result.brokenAt.site),
            index: result.brokenAt.index,
            reason: result.brokenAt.reason,
          })}
        </p>
      ) : null}
    </Notice>
  );
}
