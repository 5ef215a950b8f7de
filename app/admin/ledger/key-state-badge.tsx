"use client";

import { useTranslations } from "next-intl";
import type { KeyLifeView } from "@/lib/keys/api-types.ts";
import { Badge, type Tone } from "@/lib/ui/badge.tsx";
import type { IconName } from "@/lib/ui/icon.tsx";

const looks: Readonly<Record<KeyLifeView["state"], { readonly tone: Tone; readonly icon: IconName }>> = {
  waiting: { tone: "warn", icon: "hourglass" },
  delivered: { tone: "ok", icon: "check" },
  expired: { tone: "idle", icon: "clock" },
  void: { tone: "idle", icon: "close" },
};

export function KeyStateBadge({ state }: { state: KeyLifeView["state"] }) {
  const t = useTranslations("ledger.keyState");
  const { tone, icon } = looks[state];
  return (
    <Badge tone={tone} icon={icon}>
      {t(state)}
    </Badge>
  );
}
