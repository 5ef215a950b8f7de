"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { MessageView, ReachView } from "../../messenger/messenger-api.ts";
import { Badge } from "../badge.tsx";
import { lazily } from "../lazily.tsx";
import { DeliveryMark, deliveryLooks } from "./delivery-mark.tsx";
import { useMessenger } from "./messenger-context.tsx";

const ReachDialog = lazily(() => import("./reach-dialog.tsx").then((part) => part.ReachDialog));

/** How far a message has come; for a message to several how many have it, and on pressing, who. */
export function MessageDelivery({ message }: { message: MessageView }) {
  const t = useTranslations("messages");
  const api = useMessenger();
  const [open, setOpen] = useState(false);
  const { delivery, reach } = message;
  if (!delivery) return null;
  if (!api || !reach || reach.of < 2) return <DeliveryMark delivery={delivery} />;
  const { key, count, look } = furthest(reach);
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
        className="inline-flex min-h-6 items-center rounded-sm hover:underline"
      >
        <Badge {...deliveryLooks[look]}>
          {key === null ? t("delivery.sent") : t(`reach.${key}`, { count, of: reach.of })}
        </Badge>
      </button>
      {open ? <ReachDialog api={api} message={message.id} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function furthest({ delivered, read }: ReachView) {
  if (read > 0) return { key: "read", count: read, look: "read" } as const;
  if (delivered > 0) return { key: "delivered", count: delivered, look: "delivered" } as const;
  return { key: null, count: 0, look: "sent" } as const;
}
