"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/lib/ui/button.tsx";
import { Empty } from "@/lib/ui/notice.tsx";

export default function PageError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  const t = useTranslations();
  return (
    <Empty
      icon="alarm"
      title={t("errors.title")}
      actions={
        <Button tone="primary" icon="refresh" onClick={reset}>
          {t("common.retry")}
        </Button>
      }
    >
      <p>{t("errors.unknown")}</p>
      {error.digest ? <p className="font-mono text-sm">{t("errors.code", { code: error.digest })}</p> : null}
    </Empty>
  );
}
