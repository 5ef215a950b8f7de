"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import type { MessengerApi, PriceView, SuiteName } from "../../messenger/messenger-api.ts";
import { Icon } from "../icon.tsx";
import { Term } from "../term.tsx";

interface PriceLineProps {
  readonly api: MessengerApi;
  readonly conversation: string;
  readonly text: string;
  readonly suite: SuiteName;
}

/** What the text in the box would cost in key, as it is written. */
export function PriceLine({ api, conversation, text, suite }: PriceLineProps) {
  const t = useTranslations("messages");
  const units = useTranslations("units");
  const [price, setPrice] = useState<PriceView | null>(null);
  const written = text.trim();

  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        api.price(conversation, written, suite).then(
          (asked) => gone || setPrice(asked),
          () => gone || setPrice(null),
        );
      }, 120);
    };
    ask();
    // A message that went out may have opened an epoch, or ended one.
    const unsubscribe = api.subscribe((event) => {
      if (event.type === "messages") ask();
    });
    return () => {
      gone = true;
      clearTimeout(timer);
      unsubscribe();
    };
  }, [api, conversation, written, suite]);

  if (price === null) return <p className="text-sm text-ink-faint">{t("priceUnknown")}</p>;
  const bits = units("bitsOfKey", { count: price.bits });
  const said =
    written === "" && suite === "OTP"
      ? t("priceEmpty")
      : !price.drawsKey
        ? t("priceNone")
        : suite === "AES"
          ? t("priceEpoch", { bits })
          : t("price", { bits });
  return (
    <p
      className="flex items-center gap-1.5 text-sm text-ink-soft"
      title={t("pricePadded", { bytes: units("bytes", { count: price.paddedBytes }) })}
    >
      <Icon name="key" className="size-3.5 text-accent" />
      <span>{suite === "AES" && price.drawsKey ? <Term name="epoch">{said}</Term> : said}</span>
    </p>
  );
}
