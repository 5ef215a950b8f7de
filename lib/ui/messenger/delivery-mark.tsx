"use client";

import { useTranslations } from "next-intl";
import type { Delivery } from "../../messenger/messenger-api.ts";
import { Badge, type Tone } from "../badge.tsx";
import type { IconName } from "../icon.tsx";

/** Icon and tone of every state of a delivery. */
export const deliveryLooks: Readonly<
  Record<Delivery["state"], { readonly icon: IconName; readonly tone: Tone }>
> = {
  "waiting-for-key": { icon: "hourglass", tone: "warn" },
  "waiting-for-device": { icon: "device", tone: "warn" },
  drawing: { icon: "key", tone: "idle" },
  sending: { icon: "arrowRight", tone: "idle" },
  sent: { icon: "check", tone: "idle" },
  delivered: { icon: "checkDouble", tone: "idle" },
  read: { icon: "eye", tone: "ok" },
  cancelled: { icon: "close", tone: "idle" },
  failed: { icon: "failed", tone: "alarm" },
};

/** How far a message has come, as icon and word. */
export function DeliveryMark({ delivery }: { delivery: Delivery }) {
  const t = useTranslations("messages.delivery");
  const { icon, tone } = deliveryLooks[delivery.state];
  return (
    <Badge tone={tone} icon={icon}>
      {t(delivery.state)}
    </Badge>
  );
}
