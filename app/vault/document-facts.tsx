"use client";

import { useTranslations } from "next-intl";
import type { VaultRecord } from "@/lib/scenarios/vault/vault-record.ts";
import { Badge } from "@/lib/ui/badge.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { usePostName } from "@/lib/ui/use-post-name.ts";

interface DocumentFactsProps {
  /** Of the heading, which names the card. */
  readonly id: string;
  readonly record: VaultRecord;
  readonly erasing: boolean;
  /** Bits of key that its present shares took. */
  readonly bits: number;
}

/** What a stored document is: name, size, how it is split, its key and who consents. */
export function DocumentFacts({ id, record, erasing, bits }: DocumentFactsProps) {
  const t = useTranslations("vault");
  const levelName = useTranslations("messages.levelName");
  const units = useTranslations("units");
  const quantity = useQuantity();
  const postName = usePostName();
  const { current, consenter, title } = record;
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <div className="min-w-0">
          <h2 id={id} className="text-lg font-semibold break-words">
            {title}
          </h2>
          <p className="text-ink-soft">
            {t("kept", { threshold: current.threshold, total: current.total })} ·{" "}
            {t("generation", { generation: current.generation })} · {quantity.data(record.size)} ·{" "}
            {levelName(String(record.level) as "0")}
          </p>
        </div>
        {erasing ? (
          <Badge tone="warn" icon="hourglass" filled>
            {t("erasing")}
          </Badge>
        ) : null}
      </div>
      <dl className="grid gap-x-6 gap-y-1 text-sm sm:grid-cols-[max-content_1fr]">
        <dt className="text-ink-soft">{t("keyUsed")}</dt>
        <dd data-vault-bits={bits}>{units("bits", { count: bits })}</dd>
        <dt className="text-ink-soft">{t("consenter")}</dt>
        <dd>{consenter ? postName(consenter.name).place : t("consentNobody")}</dd>
      </dl>
    </>
  );
}
