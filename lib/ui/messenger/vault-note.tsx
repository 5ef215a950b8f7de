"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { Icon } from "../icon.tsx";

/** A message of secure storage: what it says is shown where the vault is. */
export function VaultNote() {
  const t = useTranslations("vault");
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <Icon name="vault" className="text-ink-soft" />
      {t("inMessages")}
      <Link href="/vault" className="font-medium text-accent underline underline-offset-3">
        {t("openVault")}
      </Link>
    </p>
  );
}
