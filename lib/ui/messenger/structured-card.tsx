"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { OrderContent, PaymentContent, TelemetryContent } from "../../messenger/api/content.ts";
import { useQuantity } from "../format/use-quantity.ts";

/** An order, a reading or a payment, as a card of facts. */
export function StructuredCard({ content }: { content: OrderContent | TelemetryContent | PaymentContent }) {
  const t = useTranslations("content");
  return (
    <section className="grid gap-1 text-sm" data-card={content.kind}>
      <p className="text-xs font-semibold tracking-wide text-accent uppercase">{t(content.kind)}</p>
      {content.kind === "order" ? <Order content={content} /> : null}
      {content.kind === "telemetry" ? <Telemetry content={content} /> : null}
      {content.kind === "payment" ? <Payment content={content} /> : null}
    </section>
  );
}

function Order({ content }: { content: OrderContent }) {
  const t = useTranslations("content");
  const quantity = useQuantity();
  return (
    <>
      <h3 className="text-base font-semibold break-words">{content.action}</h3>
      <Facts>
        <Fact name={t("target")}>{content.target}</Fact>
        <Fact name={t("reference")}>{content.reference}</Fact>
        {content.parameters.map(({ name, value }) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
        <Fact name={t("notBefore")}>{quantity.moment(content.notBefore)}</Fact>
        <Fact name={t("notAfter")}>{quantity.moment(content.notAfter)}</Fact>
      </Facts>
    </>
  );
}

function Telemetry({ content }: { content: TelemetryContent }) {
  const t = useTranslations("content");
  const quantity = useQuantity();
  const format = useFormatter();
  return (
    <>
      <h3 className="text-base font-semibold break-words">{content.source}</h3>
      <Facts>
        {content.readings.map(({ quantity: name, mantissa, scale, unit }) => (
          <Fact key={name} name={name}>
            {format.number(mantissa / 10 ** scale, {
              minimumFractionDigits: scale,
              maximumFractionDigits: scale,
            })}{" "}
            {unit}
          </Fact>
        ))}
        <Fact name={t("measuredAt")}>{quantity.moment(content.measuredAt)}</Fact>
      </Facts>
    </>
  );
}

function Payment({ content }: { content: PaymentContent }) {
  const t = useTranslations("content");
  const quantity = useQuantity();
  const format = useFormatter();
  const amount = format.number(content.amount / 10 ** minorUnits(content.currency), {
    style: "currency",
    currency: content.currency,
  });
  return (
    <>
      <h3 className="text-base font-semibold">{amount}</h3>
      <Facts>
        <Fact name={t("creditor")}>{content.creditor}</Fact>
        <Fact name={t("creditorAccount")}>{content.creditorAccount}</Fact>
        <Fact name={t("debtor")}>{content.debtor}</Fact>
        <Fact name={t("debtorAccount")}>{content.debtorAccount}</Fact>
        <Fact name={t("executeAt")}>{quantity.moment(content.executeAt)}</Fact>
        <Fact name={t("purpose")}>{content.purpose}</Fact>
        <Fact name={t("reference")}>{content.reference}</Fact>
      </Facts>
    </>
  );
}

/** Digits after the point of a currency (ISO 4217); a code that nobody knows has two. */
export function minorUnits(currency: string): number {
  try {
    const options = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
    return options.maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5">{children}</dl>;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-soft">{name}</dt>
      <dd className="break-words">{children}</dd>
    </>
  );
}
