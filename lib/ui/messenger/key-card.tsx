"use client";

import { useTranslations } from "next-intl";
import { useCallback, useEffect, useRef } from "react";
import type { KeyCardView, MessengerApi } from "../../messenger/messenger-api.ts";
import { IconButton } from "../button.tsx";
import { useQuantity } from "../format/use-quantity.ts";
import { Icon } from "../icon.tsx";
import { Identifier } from "../identifier.tsx";
import { Empty, Waiting } from "../notice.tsx";
import { Term } from "../term.tsx";
import { partsOf } from "./choose-suite.ts";
import { KeyExposure } from "./key-card-exposure.tsx";
import { Fact, FactList } from "./key-card-fact.tsx";
import { KeyRoutes } from "./key-card-routes.tsx";
import { useMessengerQuery } from "./use-messenger-query.ts";

interface KeyCardProps {
  readonly api: MessengerApi;
  readonly message: string;
  readonly onClose: () => void;
}

/** Everything about the key of one message, and who could know what. */
export function KeyCard({ api, message, onClose }: KeyCardProps) {
  const t = useTranslations("keyCard");
  const common = useTranslations("common");
  const load = useCallback((asked: MessengerApi) => asked.keyCard(message), [message]);
  const { value } = useMessengerQuery(api, load, isMessageEvent);
  const heading = useRef<HTMLHeadingElement | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: focus moves with each message that is looked at
  useEffect(() => heading.current?.focus({ preventScroll: true }), [message]);
  return (
    <section
      aria-label={t("title")}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
      className="thin-scroll flex h-full min-h-0 flex-col overflow-y-auto bg-surface"
    >
      <header className="sticky top-0 z-10 flex items-center justify-between gap-2 border-b border-line bg-surface px-4 py-2">
        <h2 ref={heading} tabIndex={-1} className="flex items-center gap-2 font-semibold outline-none">
          <Icon name="key" className="text-accent" />
          {t("title")}
        </h2>
        <IconButton icon="close" size="small" label={common("close")} onClick={onClose} />
      </header>
      {value === undefined ? (
        <Waiting>{t("loading")}</Waiting>
      ) : value === null ? (
        <Empty icon="key" title={t("unavailable")}>
          {t("unavailableText")}
        </Empty>
      ) : (
        <CardBody card={value} />
      )}
    </section>
  );
}

function CardBody({ card }: { card: KeyCardView }) {
  const t = useTranslations("keyCard");
  return (
    <div className="grid gap-5 px-4 py-4">
      <Summary card={card} />
      <Facts card={card} />
      {card.local ? null : <KeyRoutes card={card} />}
      <Life card={card} />
      <KeyExposure card={card} />
      <section className="grid gap-1">
        <h3 className="label">{t("lastMetre")}</h3>
        <p className="text-sm text-ink-soft">{t("lastMetreText")}</p>
      </section>
    </div>
  );
}

function Summary({ card }: { card: KeyCardView }) {
  const t = useTranslations("keyCard");
  const units = useTranslations("units");
  const links = Math.max(0, ...card.routes.map((route) => route.length - 1));
  const facts = {
    bits: units("bits", { count: card.endToEndBits }),
    links: units("links", { count: links }),
  };
  const index = (card.epoch?.index ?? 0) + 1;
  return (
    <p className="text-lg leading-snug font-medium">
      {card.local
        ? t("summaryLocal")
        : card.epoch === null
          ? t("summary", facts)
          : card.suite === "OTP_HYBRID"
            ? t("summaryBoth", { index, ...facts })
            : t("summaryEpoch", { index, ...facts })}
    </p>
  );
}

function Facts({ card }: { card: KeyCardView }) {
  const t = useTranslations("keyCard");
  const messages = useTranslations("messages");
  const units = useTranslations("units");
  const ends = card.promise === "end to end";
  const { cipher, postQuantum } = partsOf(card.suite);
  return (
    <FactList>
      <Fact name={t("suite")}>
        <Term name={cipher}>{messages(`suiteName.${card.suite}`)}</Term>
      </Fact>
      <Fact name={t("postQuantum")}>
        {postQuantum ? <Term name="postQuantum">{t("postQuantumYes")}</Term> : t("postQuantumNo")}
      </Fact>
      <Fact name={t("promise")}>
        <Term name={ends ? "endToEnd" : "siteToSite"}>{ends ? t("endToEndPromise") : t("siteToSite")}</Term>
      </Fact>
      <Fact name={t("endToEnd")}>{units("bits", { count: card.endToEndBits })}</Fact>
      <Fact name={t("network")}>
        {units("bits", { count: card.networkBits })}
        <span className="block text-xs font-normal text-ink-soft">
          {card.local ? null : t("networkNote")}
        </span>
      </Fact>
      <Fact name={<Term name="epsilon">{t("epsilon")}</Term>}>
        {t("epsilonValue")}
        <sup>−{card.epsilonExponent}</sup>
      </Fact>
      {card.epoch ? (
        <Fact name={<Term name="epoch">{t("epoch")}</Term>}>
          <Identifier value={card.epoch.id} /> · {t("epochIndex", { index: card.epoch.index + 1 })}
        </Fact>
      ) : null}
      <Fact name={t("padded")}>{units("bytes", { count: card.paddedBytes })}</Fact>
      <Fact name={t("envelope")}>{units("bytes", { count: card.envelopeBytes })}</Fact>
      <Fact name={<Term name="keyId">{t("keyIds")}</Term>}>
        <span className="flex flex-wrap justify-end gap-x-3">
          {card.keyIds.map((id) => (
            <Identifier key={id} value={id} />
          ))}
        </span>
      </Fact>
    </FactList>
  );
}

function Life({ card }: { card: KeyCardView }) {
  const t = useTranslations("keyCard");
  const quantity = useQuantity();
  const moment = (at: number | null) =>
    at === null ? <span className="font-normal text-ink-soft">{t("notYet")}</span> : quantity.moment(at);
  return (
    <section className="grid gap-1.5">
      <h3 className="label">{t("life")}</h3>
      <FactList>
        <Fact name={t("drawn")}>
          {moment(card.drawnAt)}
          {card.resent ? (
            <span className="block text-xs font-normal text-ink-soft">{t("resent")}</span>
          ) : null}
          {card.prefetched ? (
            <span className="block text-xs font-normal text-ink-soft">{t("prefetched")}</span>
          ) : null}
        </Fact>
        <Fact name={t("delivered")}>{moment(card.deliveredAt)}</Fact>
        <Fact name={t("erased")}>{moment(card.erasedAt)}</Fact>
      </FactList>
    </section>
  );
}

function isMessageEvent(event: { readonly type: string }): boolean {
  return event.type === "messages";
}
