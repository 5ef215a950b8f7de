"use client";

import { useTranslations } from "next-intl";
import { useQuantity } from "../format/use-quantity.ts";
import { Icon, type IconName } from "../icon.tsx";
import { useProblemText } from "../problem-text.ts";
import type { Consequence } from "./consequences.ts";

const looks: Readonly<Record<Consequence["kind"], { readonly icon: IconName; readonly ink: string }>> = {
  tap: { icon: "tap", ink: "text-warn" },
  tapStopped: { icon: "restore", ink: "text-ink-soft" },
  cut: { icon: "cut", ink: "text-warn" },
  mended: { icon: "restore", ink: "text-ink-soft" },
  reset: { icon: "refresh", ink: "text-ink-soft" },
  attack: { icon: "tap", ink: "text-warn" },
  attackStopped: { icon: "restore", ink: "text-ink-soft" },
  fault: { icon: "cut", ink: "text-warn" },
  faultMended: { icon: "restore", ink: "text-ink-soft" },
  authenticationOff: { icon: "failed", ink: "text-warn" },
  authenticationOn: { icon: "shieldCheck", ink: "text-ink-soft" },
  warning: { icon: "alarm", ink: "text-warn" },
  attackerHolds: { icon: "eye", ink: "text-alarm" },
  unchecked: { icon: "failed", ink: "text-warn" },
  alarm: { icon: "alarm", ink: "text-alarm" },
  cleared: { icon: "check", ink: "text-ok" },
  warningEnded: { icon: "check", ink: "text-ok" },
  route: { icon: "map", ink: "text-accent" },
  noRoute: { icon: "hourglass", ink: "text-alarm" },
  waiting: { icon: "hourglass", ink: "text-warn" },
  delivered: { icon: "checkDouble", ink: "text-ok" },
  relay: { icon: "key", ink: "text-accent" },
  poolEmptied: { icon: "key", ink: "text-warn" },
  nodeCompromised: { icon: "eye", ink: "text-alarm" },
  nodeTrusted: { icon: "shieldCheck", ink: "text-ink-soft" },
  xWingBroken: { icon: "failed", ink: "text-alarm" },
  qkdBroken: { icon: "failed", ink: "text-alarm" },
  unbroken: { icon: "restore", ink: "text-ink-soft" },
  clouds: { icon: "eyeOff", ink: "text-warn" },
  clearSky: { icon: "sun", ink: "text-ink-soft" },
  forecast: { icon: "refresh", ink: "text-ink-soft" },
  clockRate: { icon: "clock", ink: "text-ink-soft" },
};

interface ConsequenceListProps {
  readonly list: readonly Consequence[];
  readonly nameOfLink: (link: string) => string;
  readonly nameOfSite: (site: string) => string;
  readonly ends: { readonly a: string; readonly b: string };
}

export function ConsequenceList(props: ConsequenceListProps) {
  const { list } = props;
  const t = useTranslations("stage");
  const quantity = useQuantity();
  const say = useConsequenceText(props);
  return (
    <section aria-label={t("consequences")} className="flex min-h-28 flex-1 flex-col">
      <h2 className="label px-4 pt-3 pb-1">{t("consequences")}</h2>
      {list.length === 0 ? <p className="px-4 text-ink-soft">{t("consequencesEmpty")}</p> : null}
      <ol
        className="thin-scroll min-h-0 flex-1 overflow-y-auto px-4 pb-3"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        tabIndex={0}
        data-consequences=""
      >
        {list.map((one, index) => {
          const { icon, ink } = looks[one.kind];
          return (
            <li
              key={one.id}
              data-kind={one.kind}
              className={`arrive grid grid-cols-[auto_1fr_auto] items-baseline gap-x-2.5 border-b border-line py-1.5 ${
                index === 0 ? "text-lg leading-snug font-medium" : ""
              }`}
            >
              <Icon name={icon} className={`translate-y-0.5 ${ink}`} />
              <span>{say(one)}</span>
              <time className="text-xs font-normal text-ink-faint">{quantity.clock(one.at)}</time>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** One thing that happened, as a sentence. */
export function useConsequenceText({ nameOfLink, nameOfSite, ends }: Omit<ConsequenceListProps, "list">) {
  const t = useTranslations("stage.consequence");
  const units = useTranslations("units");
  const causes = useTranslations("link.cause");
  const models = useTranslations("stage.model");
  const faults = useTranslations("stage.faultKind");
  const tell = useProblemText();
  const quantity = useQuantity();
  const over = (count: number) => units("links", { count });
  return (one: Consequence): string => {
    switch (one.kind) {
      case "tap":
        return t("tap", { link: nameOfLink(one.link), percent: quantity.percent(one.fraction, 0) });
      case "tapStopped":
      case "cut":
      case "mended":
      case "cleared":
      case "warningEnded":
      case "attackStopped":
      case "faultMended":
      case "authenticationOff":
      case "authenticationOn":
        return t(one.kind, { link: nameOfLink(one.link) });
      case "attack":
        return t("attack", { link: nameOfLink(one.link), model: models(one.model) });
      case "fault":
        return t("fault", { link: nameOfLink(one.link), fault: faults(one.fault) });
      case "warning":
        return t("warning", { link: nameOfLink(one.link), cause: causes(one.cause) });
      case "attackerHolds":
      case "unchecked":
        return t(one.kind, { link: nameOfLink(one.link), bits: units("bits", { count: one.bits }) });
      case "reset":
        return t("reset");
      case "alarm":
        return one.cause === "qber-high" && one.qber !== null
          ? t("alarmQber", { link: nameOfLink(one.link), qber: quantity.percent(one.qber, 1) })
          : t("alarm", { link: nameOfLink(one.link), cause: causes(one.cause) });
      case "route":
        return t("route", { ...ends, links: over(one.route.length - 1) });
      case "noRoute":
        return t("noRoute", {
          ...ends,
          reason: tell({ code: "key.unavailable", reason: one.reason }).reason,
        });
      case "waiting":
        return t("waiting", { name: one.name, reason: tell(one).reason });
      case "delivered":
        return t("delivered", { name: one.name, links: over(one.links) });
      case "poolEmptied":
        return t("poolEmptied", { link: nameOfLink(one.link), amount: quantity.data(one.bytes) });
      case "nodeCompromised":
        return t("nodeCompromised", { node: nameOfSite(one.node), exposed: one.exposed, keys: one.keys });
      case "nodeTrusted":
        return t("nodeTrusted", { node: nameOfSite(one.node) });
      case "xWingBroken":
        return t("xWingBroken", { fallen: one.fallen, devices: one.devices });
      case "qkdBroken":
        return t("qkdBroken", { fallen: one.fallen, messages: one.messages });
      case "unbroken":
        return t(one.part === "qkd" ? "qkdUnbroken" : "xWingUnbroken");
      case "clouds":
      case "clearSky":
      case "forecast":
        return t(one.kind, { station: nameOfSite(one.station) });
      case "clockRate":
        return t("clockRate", { rate: quantity.number(one.rate, 1) });
      case "relay":
        return t("relay", { bits: units("bits", { count: one.bits }), links: over(one.links) });
    }
  };
}
