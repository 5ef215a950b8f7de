"use client";

import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { useAnnounce } from "@/lib/ui/live-region.tsx";
import { linkName, siteNames } from "@/lib/ui/network/link-names.ts";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";

/** Says each new alarm aloud, once. */
export function useAlarmAnnouncements(): void {
  const t = useTranslations();
  const announce = useAnnounce();
  const store = useOperationsStore();
  useEffect(
    () =>
      store.onEvent((name, value) => {
        if (name !== "alarm" || !("cause" in value) || value.clearedAt !== null) return;
        const { topology } = store.state();
        const link = topology?.links.find((one) => one.id === value.link);
        const text = topology && link ? linkName(link, siteNames(topology)) : value.link;
        announce(t("alarms.announce", { link: text, cause: t(`link.cause.${value.cause}`) }));
      }),
    [store, announce, t],
  );
}
