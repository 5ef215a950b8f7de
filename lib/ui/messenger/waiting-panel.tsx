"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import type { Delivery, MessageView, MessengerApi, SuiteName } from "../../messenger/messenger-api.ts";
import { Button } from "../button.tsx";
import { useQuantity } from "../format/use-quantity.ts";
import { useProblemText } from "../problem-text.ts";
import { otherSuites } from "./choose-suite.ts";
import { useMessenger } from "./messenger-context.tsx";
import { usePolicy } from "./use-policy.ts";

interface WaitingPanelProps {
  readonly message: MessageView;
  readonly delivery: Extract<Delivery, { state: "waiting-for-key" }>;
  readonly onRetry: (suite?: SuiteName) => void;
  readonly onCancel: () => void;
}

/** No key: why, when it is tried again, and the choices. Another cipher only where the level permits it, by hand. */
export function WaitingPanel({ message, delivery, onRetry, onCancel }: WaitingPanelProps) {
  const t = useTranslations("messages");
  const tell = useProblemText();
  const api = useMessenger();
  return (
    <div className="mt-2 grid gap-2 border-t border-line pt-2 text-sm">
      <p className="text-ink">
        {tell(delivery).reason} <Countdown until={delivery.retryAt} />
      </p>
      <p className="text-ink-soft">
        {t("waiting.safe")} {t("waiting.choices")}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button size="small" icon="refresh" onClick={() => onRetry()}>
          {t("waiting.now")}
        </Button>
        <Button size="small" tone="quiet" icon="close" onClick={onCancel}>
          {t("waiting.cancel")}
        </Button>
      </div>
      {api ? <OtherSuites api={api} message={message} onRetry={onRetry} /> : null}
    </div>
  );
}

function OtherSuites(props: {
  api: MessengerApi;
  message: MessageView;
  onRetry: (suite: SuiteName) => void;
}) {
  const { message, onRetry } = props;
  const t = useTranslations("messages");
  const choice = usePolicy(props.api, message.conversation)?.levels.find(
    ({ level }) => level === message.level,
  );
  if (!choice) return null;
  const others = otherSuites(message.suite, choice.offered);
  if (others.length === 0)
    return (
      <p className="text-ink-soft">{t("waiting.noOther", { level: t(`levelName.${message.level}`) })}</p>
    );
  return (
    <>
      <div className="flex flex-wrap gap-2">
        {others.map((suite) => (
          <Button key={suite} size="small" icon="key" onClick={() => onRetry(suite)}>
            {t("waiting.otherSuite", { suite: t(`suiteName.${suite}`) })}
          </Button>
        ))}
      </div>
      <p className="text-xs text-ink-soft">{t("waiting.otherNote")}</p>
    </>
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
