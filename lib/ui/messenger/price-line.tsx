"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import type { MessengerApi, PriceView, SuiteName } from "../../messenger/messenger-api.ts";
import { useQuantity } from "../format/use-quantity.ts";
import { Icon } from "../icon.tsx";
import { useSiteName } from "../network/site-directory.ts";
import { Term } from "../term.tsx";
import { partsOf } from "./choose-suite.ts";
import { useSupply } from "./use-supply.ts";

/** Fewer messages than these left are worth a warning. */
const fewLeft = 20;

interface PriceLineProps {
  readonly api: MessengerApi;
  readonly conversation: string;
  readonly text: string;
  readonly suite: SuiteName;
}

/** What the text in the box would cost in key, as it is written, what the pair has left, and how long that lasts. */
export function PriceLine({ api, conversation, text, suite }: PriceLineProps) {
  const t = useTranslations("messages");
  const units = useTranslations("units");
  const written = text.trim();
  const quantity = useQuantity();
  const siteName = useSiteName();
  const price = usePrice(api, conversation, written, suite);
  const supply = useSupply(api, conversation);
  if (price === null) return <p className="text-sm text-ink-faint">{t("priceUnknown")}</p>;
  const bits = units("bitsOfKey", { count: price.bits });
  const pad = partsOf(suite).cipher === "OTP";
  const likeThis = supply && pad && written !== "" ? Math.floor(supply.bits / price.bits) : null;
  const short = likeThis !== null && likeThis < fewLeft;
  return (
    <p
      className="grid grid-cols-[auto_1fr] gap-x-1.5 text-sm text-ink-soft"
      title={t("pricePadded", { bytes: units("bytes", { count: price.paddedBytes }) })}
    >
      <Icon name="key" className="mt-0.5 size-3.5 text-accent" />
      <span className="flex flex-wrap gap-x-1.5">
        <span>
          {written === "" && pad ? (
            t("priceEmpty")
          ) : !price.drawsKey ? (
            t("priceNone")
          ) : pad ? (
            t("price", { bits })
          ) : (
            <Term name="epoch">{t("priceEpoch", { bits })}</Term>
          )}
        </span>
        {supply?.site ? (
          <span className={short ? "font-medium text-warn" : ""}>
            <span aria-hidden="true" className="max-sm:hidden">
              ·{" "}
            </span>
            {t("supply", { amount: quantity.data(supply.bits / 8), site: siteName(supply.site) })}
            {likeThis === null
              ? null
              : likeThis === 0
                ? `: ${t("supplyNone")}`
                : `: ${t("supplyLasts", { count: likeThis })}`}
          </span>
        ) : null}
      </span>
    </p>
  );
}

/** The price of the newest question, asked when the writing pauses and after each message. */
function usePrice(
  api: MessengerApi,
  conversation: string,
  written: string,
  suite: SuiteName,
): PriceView | null {
  const [price, setPrice] = useState<PriceView | null>(null);
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
  return price;
}
