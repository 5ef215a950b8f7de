"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import type { ChangeRequest } from "../../messenger/api/content.ts";
import type { MessengerApi, PriceView, SuiteName } from "../../messenger/messenger-api.ts";
import { Icon } from "../icon.tsx";

/** What a change would cost in key, in the suite that it travels in. */
export function ChangePrice({ api, change }: { api: MessengerApi; change: ChangeRequest }) {
  const t = useTranslations("content");
  const messages = useTranslations("messages");
  const [price, setPrice] = useState<(PriceView & { suite: SuiteName }) | null>(null);
  const asked = JSON.stringify(change);
  useEffect(() => {
    let gone = false;
    api
      .changePrice(JSON.parse(asked))
      .then((value) => (gone ? undefined : setPrice(value)))
      .catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [api, asked]);
  if (price === null) return null;
  const suite = messages(`suiteName.${price.suite}`);
  return (
    <p className="flex items-center gap-1.5 text-sm text-ink-soft" data-price={price.bits}>
      <Icon name="key" className="size-3.5 text-accent" />
      {price.drawsKey ? t("price", { bits: price.bits, suite }) : t("priceFree", { suite })}
    </p>
  );
}
