"use client";

import { useTranslations } from "next-intl";
import type { FormalContent } from "../../messenger/api/content.ts";
import type { Level } from "../../messenger/messenger-api.ts";
import { useQuantity } from "../format/use-quantity.ts";

/** The head of a registered message, as on paper. */
export function FormalHead({ content, level }: { content: FormalContent; level: Level }) {
  const t = useTranslations("content");
  const messages = useTranslations("messages");
  const quantity = useQuantity();
  const { copyNumber: copy, copies } = content;
  return (
    <header className="mb-2 grid gap-1 border-b border-line pb-2 text-sm">
      <p className="flex flex-wrap justify-between gap-x-4 text-ink-soft">
        <span className="font-mono">{content.registration}</span>
        <span className="font-semibold uppercase">{messages(`levelName.${level}`)}</span>
      </p>
      <h3 className="text-base font-semibold break-words">{content.subject}</h3>
      <p className="flex flex-wrap justify-between gap-x-4 text-ink-soft">
        <span>{content.originator}</span>
        <span>{t("copyOf", { copy, copies })}</span>
      </p>
      <p className="text-ink-soft">
        {t("downgradeAt")}:{" "}
        {content.downgradeAt === null ? t("noDowngrade") : quantity.moment(content.downgradeAt)}
      </p>
    </header>
  );
}
