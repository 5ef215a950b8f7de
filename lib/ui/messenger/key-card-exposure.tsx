"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { KeyCardView } from "../../messenger/messenger-api.ts";
import { Badge } from "../badge.tsx";
import type { IconName } from "../icon.tsx";
import { useSiteName } from "../network/site-directory.ts";
import { Term } from "../term.tsx";
import { separateRoutes } from "./separate-routes.ts";

/** Relay, wiretapper, gateways, trusted nodes by name, receivers: what each could know of this message. */
export function KeyExposure({ card }: { card: KeyCardView }) {
  const t = useTranslations("keyCard");
  const siteName = useSiteName();
  const nodes = card.trustedNodes.map(siteName).join(", ");
  const ends = card.promise === "end to end";
  const apart = separateRoutes(card.routes);
  const nodesText = apart ? t("whoNodesApart") : ends ? t("whoNodesHybrid") : t("whoNodesText");
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
          tone={ends ? "ok" : "warn"}
          name={t("whoGateways", {
            a: siteName(card.masterSite),
            b: card.slaveSites.map(siteName).join(", ") || siteName(card.masterSite),
          })}
          text={ends ? t("whoGatewaysHybrid") : t("whoGatewaysText")}
        />
        {card.local ? null : (
          <Party
            icon="link"
            tone={nodes === "" || ends || apart ? "ok" : "warn"}
            name={<Term name="trustedNode">{t("whoNodes")}</Term>}
            text={nodes === "" ? t("whoNodesNone") : `${nodes}. ${nodesText}`}
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
