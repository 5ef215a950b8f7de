"use client";

import { useTranslations } from "next-intl";
import type { LinkFaults, LinkStatus } from "../../keys/api-types.ts";
import { Badge } from "../badge.tsx";
import { useQuantity } from "../format/use-quantity.ts";

const faults: readonly (keyof LinkFaults)[] = ["loss", "drift", "detector"];

/** What a demonstration does to a link: known to whoever does it, never to the link's ends. */
export function DisturbanceBadges({ status }: { status: LinkStatus }) {
  const t = useTranslations("link");
  const quantity = useQuantity();
  const { attack } = status;
  return (
    <>
      {attack.model === "none" ? null : (
        <Badge tone="warn" icon="tap">
          {t(`attack.${attack.model}`, { percent: quantity.percent(attack.fraction, 0) })}
        </Badge>
      )}
      {status.cut ? (
        <Badge tone="warn" icon="cut">
          {t("cut")}
        </Badge>
      ) : null}
      {faults
        .filter((fault) => status.faults[fault] > 0)
        .map((fault) => {
          const level = status.faults[fault];
          return (
            <Badge key={fault} tone="warn" icon="cut">
              {t(`fault.${fault}`, { value: quantity.number(level, 0), percent: quantity.percent(level, 0) })}
            </Badge>
          );
        })}
      {status.authenticated ? null : (
        <Badge tone="warn" icon="failed">
          {t("unauthenticated")}
        </Badge>
      )}
    </>
  );
}
