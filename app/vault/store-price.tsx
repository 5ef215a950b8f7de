"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import type { Level } from "@/lib/messenger/messenger-api.ts";
import type { Vault } from "@/lib/scenarios/vault/vault.ts";
import type { VaultParty } from "@/lib/scenarios/vault/vault-record.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { useErrorText } from "@/lib/ui/problem-text.ts";

interface Priced {
  readonly bits: number | null;
  readonly failure: string | null;
}

interface Priceable {
  readonly file: File;
  readonly threshold: number;
  readonly chosen: readonly VaultParty[];
  readonly level: Level;
  readonly consent: boolean;
}

/** What storing would draw now; asked again with every choice that changes it. */
export function useStorePrice(vault: Vault, about: Priceable | null): Priced {
  const errorText = useErrorText();
  const [priced, setPriced] = useState<Priced & { of: string }>({ of: "", bits: null, failure: null });
  const custodians = about?.chosen.map(({ user }) => user) ?? [];
  const plan = about && {
    name: about.file.name,
    size: about.file.size,
    threshold: about.threshold,
    level: about.level,
    consent: about.consent,
    custodians,
  };
  const of = plan === null ? "" : JSON.stringify(plan);
  useEffect(() => {
    if (of === "") return;
    let gone = false;
    vault.price(JSON.parse(of)).then(
      (bits) => gone || setPriced({ of, bits, failure: null }),
      (error) => gone || setPriced({ of, bits: null, failure: errorText(error) }),
    );
    return () => {
      gone = true;
    };
  }, [vault, of, errorText]);
  return priced.of === of ? priced : { bits: null, failure: null };
}

/** The price in words, to `count` custodians; null: nothing can be priced yet. */
export function StorePrice({ price, count }: { price: Priced | null; count: number }) {
  const t = useTranslations("vault");
  const units = useTranslations("units");
  return (
    <div className="grid gap-1" aria-live="polite">
      <p className="text-sm font-medium">{t("price")}</p>
      <p data-vault-price={price?.bits ?? ""} className="flex gap-2">
        <Icon name="key" className="mt-1 text-ink-soft" />
        <span>
          {price === null
            ? "—"
            : (price.failure ??
              (price.bits === null
                ? t("priceWait")
                : t("priceBits", { bits: units("bits", { count: price.bits }), count })))}
        </span>
      </p>
    </div>
  );
}
