"use client";

import { useTranslations } from "next-intl";
import type { PresenceView } from "../../messenger/api/presence.ts";
import { Icon } from "../icon.tsx";

/** Who is there, by icon and word; of a group, how many. Says in its title that only the relay vouches for it. */
export function PresenceHint({ seen, group }: { seen: readonly PresenceView[]; group: boolean }) {
  const t = useTranslations("presence");
  const online = seen.filter(({ state }) => state === "online").length;
  if (seen.length === 0 || (group && online === 0)) return null;
  const here = online > 0;
  return (
    <span title={t("hint")} className="inline-flex items-center gap-1 pr-1 align-top">
      <Icon name={here ? "check" : "clock"} className={`size-3 ${here ? "text-ok" : ""}`} />
      {group ? t("count", { count: online }) : here ? t("online") : t("away")}
      <span>·</span>
    </span>
  );
}
