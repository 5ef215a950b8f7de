"use client";

import { useTranslations } from "next-intl";
import { useCallback } from "react";
import type { LinkStatus, LinkView } from "../../keys/api-types.ts";
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

/** The word for what a link is doing: one to a satellite rests between passes, however little its store holds. */
export function useConditionWord(): (
  condition: LinkStatus["condition"],
  kind: LinkView["kind"] | undefined,
) => string {
  const t = useTranslations("link.condition");
  const space = useTranslations("space.states");
  return useCallback(
    (condition, kind) => (kind === "space" && condition === "standby" ? space("standby") : t(condition)),
    [t, space],
  );
}

interface LinkStateProps {
  readonly condition: LinkStatus["condition"];
  readonly kind?: LinkView["kind"] | undefined;
  readonly filled?: boolean;
}

/** What a link is doing, as icon and word. */
export function LinkState({ condition, kind, filled = false }: LinkStateProps) {
  const word = useConditionWord();
  const { tone, icon } = looks[condition];
  const resting = kind === "space" && condition === "standby";
  return (
    <Badge tone={resting ? "idle" : tone} icon={icon} filled={filled}>
      {word(condition, kind)}
    </Badge>
  );
}

export function poolTone(status: LinkStatus): Tone {
  if (status.pool === "empty") return "alarm";
  if (status.pool === "warning") return "warn";
  return status.pool === "ready" ? "ok" : "accent";
}
