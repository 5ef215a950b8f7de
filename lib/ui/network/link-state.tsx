"use client";

import { useTranslations } from "next-intl";
import type { LinkStatus } from "../../keys/api-types.ts";
import { Badge, type Tone } from "../badge.tsx";
import type { IconName } from "../icon.tsx";

const looks: Readonly<Record<LinkStatus["condition"], { readonly tone: Tone; readonly icon: IconName }>> = {
  starting: { tone: "idle", icon: "warming" },
  generating: { tone: "accent", icon: "pulse" },
  standby: { tone: "ok", icon: "pause" },
  alarm: { tone: "alarm", icon: "alarm" },
  down: { tone: "alarm", icon: "cut" },
  quarantined: { tone: "warn", icon: "failed" },
};

/** What a link is doing, as icon and word. */
export function LinkState({
  condition,
  filled = false,
}: {
  condition: LinkStatus["condition"];
  filled?: boolean;
}) {
  const t = useTranslations("link.condition");
  const { tone, icon } = looks[condition];
  return (
    <Badge tone={tone} icon={icon} filled={filled}>
      {t(condition)}
    </Badge>
  );
}

export function poolTone(status: LinkStatus): Tone {
  if (status.pool === "empty") return "alarm";
  if (status.pool === "warning") return "warn";
  return status.pool === "ready" ? "ok" : "accent";
}
