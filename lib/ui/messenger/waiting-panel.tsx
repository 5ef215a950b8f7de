"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import type { Delivery, MessageView, SuiteName } from "../../messenger/messenger-api.ts";
import { Button } from "../button.tsx";
import { useQuantity } from "../format/use-quantity.ts";
import { useProblemText } from "../problem-text.ts";

interface WaitingPanelProps {
  readonly message: MessageView;
  readonly delivery: Extract<Delivery, { state: "waiting-for-key" }>;
  readonly onRetry: (suite?: SuiteName) => void;
  readonly onCancel: () => void;
}

/** No key: why, when it is tried again, and the choices. Another cipher only if the person asks for it here. */
export function WaitingPanel({ message, delivery, onRetry, onCancel }: WaitingPanelProps) {
  const t = useTranslations("messages");
  const tell = useProblemText();
  const other: SuiteName = message.suite === "OTP" ? "AES" : "OTP";
  return (
    <div className="mt-2 grid gap-2 border-t border-line pt-2 text-sm">
      <p className="text-ink">
        {tell(delivery).reason} <Countdown until={delivery.retryAt} />
      </p>
      <p className="text-ink-soft">{t("waiting.safe")}</p>
      <div className="flex flex-wrap gap-2">
        <Button size="small" icon="refresh" onClick={() => onRetry()}>
          {t("waiting.now")}
        </Button>
        <Button size="small" icon="key" onClick={() => onRetry(other)}>
          {t("waiting.otherSuite", { suite: t(`suiteName.${other}`) })}
        </Button>
        <Button size="small" tone="quiet" icon="close" onClick={onCancel}>
          {t("waiting.cancel")}
        </Button>
      </div>
    </div>
  );
}

function Countdown({ until }: { until: number | null }) {
  const t = useTranslations("messages.waiting");
  const quantity = useQuantity();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (until === null) return <span className="text-ink-soft">{t("unknown")}.</span>;
  return (
    <span className="text-ink-soft">
      {until - now > 500 ? t("retryIn", { seconds: quantity.duration(until - now) }) : t("retryNow")}.
    </span>
  );
}
