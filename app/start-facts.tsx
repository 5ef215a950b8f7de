"use client";

import { useTranslations } from "next-intl";
import { useRuntimeConfig } from "@/lib/ui/runtime-config.ts";

/** Which network and version answer at this address. */
export function StartFacts() {
  const t = useTranslations("start");
  const config = useRuntimeConfig();
  if (!config) return null;
  return (
    <>
      <h2 className="font-semibold text-ink">{t("network")}</h2>
      <p>
        {config.network} · {t("version")} {config.version}
      </p>
    </>
  );
}
