"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useCallback, useEffect, useRef } from "react";
import type { KeyCardView, MessengerApi } from "../../messenger/messenger-api.ts";
import { Badge } from "../badge.tsx";
import { IconButton } from "../button.tsx";
import { useQuantity } from "../format/use-quantity.ts";
import { Icon, type IconName } from "../icon.tsx";
import { Identifier } from "../identifier.tsx";
import { RouteMap } from "../map/route-map.tsx";
import { useSiteName, useSites } from "../network/site-directory.ts";
import { Empty, Waiting } from "../notice.tsx";
import { Term } from "../term.tsx";
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
  const messages = useTranslations("messages");
  const units = useTranslations("units");
  const quantity = useQuantity();
  const links = Math.max(0, ...card.routes.map((route) => route.length - 1));
  const facts = {
    bits: units("bits", { count: card.endToEndBits }),
    links: units("links", { count: links }),
  };
  const moment = (at: number | null) =>
    at === null ? <span className="text-ink-faint">—</span> : quantity.moment(at);
  return (
    <div className="grid gap-5 px-4 py-4">
      <p className="text-lg leading-snug font-medium">
        {card.local
          ? t("summaryLocal")
          : card.epoch
            ? t("summaryEpoch", { index: card.epoch.index + 1, ...facts })
            : t("summary", facts)}
      </p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
        <Fact name={t("suite")}>
          <Term name={card.suite === "OTP" || card.suite === "OTP_HYBRID" ? "OTP" : "AES"}>
            {messages(`suiteName.${card.suite}`)}
          </Term>
        </Fact>
        <Fact name={t("promise")}>
          <Term name="siteToSite">{t("siteToSite")}</Term>
        </Fact>
        <Fact name={t("endToEnd")}>{units("bits", { count: card.endToEndBits })}</Fact>
        <Fact name={t("network")}>
          {units("bits", { count: card.networkBits })}
          <span className="block text-xs text-ink-soft">{card.local ? null : t("networkNote")}</span>
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
      </dl>
      {card.local ? null : <Routes card={card} />}
      <section className="grid gap-1.5">
        <h3 className="label">{t("life")}</h3>
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          <Fact name={t("drawn")}>{moment(card.drawnAt)}</Fact>
          <Fact name={t("delivered")}>{moment(card.deliveredAt)}</Fact>
          <Fact name={t("erased")}>{moment(card.erasedAt)}</Fact>
        </dl>
      </section>
      <Exposure card={card} />
    </div>
  );
}

function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-soft">{name}</dt>
      <dd className="min-w-0 text-right font-medium">{children}</dd>
    </>
  );
}

function Routes({ card }: { card: KeyCardView }) {
  const t = useTranslations("keyCard");
  const siteName = useSiteName();
  const sites = useSites();
  return (
    <section className="grid gap-2">
      <h3 className="label">{t("route")}</h3>
      <RouteMap routes={card.routes} />
      {card.routes.map((route, number) => (
        <div key={route.join()}>
          {card.routes.length > 1 ? (
            <p className="text-sm">{t("routeNumber", { number: number + 1 })}</p>
          ) : null}
          <ol className="grid">
            {route.map((site, index) => {
              const end = index === 0 || index === route.length - 1;
              return (
                <li key={site} className="relative flex items-baseline gap-3 pb-1 pl-5">
                  {index < route.length - 1 ? (
                    <span className="absolute top-3 -bottom-2 left-[5px] w-0.5 bg-accent" />
                  ) : null}
                  <span
                    className={`absolute top-[7px] rounded-full ${end ? "left-0 size-3 bg-ink" : "left-[2px] size-2 bg-ink-soft"}`}
                  />
                  <span className={end ? "font-medium" : "text-ink-soft"}>{siteName(site)}</span>
                  <span className="ml-auto text-xs text-ink-faint">{sites.get(site)?.country}</span>
                </li>
              );
            })}
          </ol>
        </div>
      ))}
    </section>
  );
}

function Exposure({ card }: { card: KeyCardView }) {
  const t = useTranslations("keyCard");
  const siteName = useSiteName();
  const ends = new Set([card.masterSite, ...card.slaveSites]);
  const nodes = [...new Set(card.routes.flat())].filter((site) => !ends.has(site)).map(siteName);
  return (
    <section className="grid gap-2 border-t border-line pt-4">
      <h3 className="label">{t("who")}</h3>
      <ul className="grid gap-3">
        <Party
          icon="server"
          tone="ok"
          name={<Term name="relay">{t("whoRelay")}</Term>}
          text={t("whoRelayText")}
        />
        {card.local ? null : <Party icon="tap" tone="ok" name={t("whoTap")} text={t("whoTapText")} />}
        <Party
          icon="key"
          tone="warn"
          name={t("whoGateways", {
            a: siteName(card.masterSite),
            b: card.slaveSites.map(siteName).join(", ") || siteName(card.masterSite),
          })}
          text={t("whoGatewaysText")}
        />
        {card.local ? null : (
          <Party
            icon="link"
            tone={nodes.length > 0 ? "warn" : "ok"}
            name={<Term name="trustedNode">{t("whoNodes")}</Term>}
            text={nodes.length > 0 ? `${nodes.join(", ")}. ${t("whoNodesText")}` : t("whoNodesNone")}
          />
        )}
        <Party icon="user" tone="idle" name={t("whoReceiver")} text={t("whoReceiverText")} />
      </ul>
    </section>
  );
}

function Party(props: { icon: IconName; tone: "ok" | "warn" | "idle"; name: ReactNode; text: string }) {
  return (
    <li className="grid gap-0.5">
      <span className="font-medium">
        <Badge tone={props.tone} icon={props.icon}>
          <span className="whitespace-normal text-ink">{props.name}</span>
        </Badge>
      </span>
      <span className="pl-5 text-sm text-ink-soft">{props.text}</span>
    </li>
  );
}

function isMessageEvent(event: { readonly type: string }): boolean {
  return event.type === "messages";
}
