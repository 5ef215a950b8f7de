"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Empty } from "@/lib/ui/notice.tsx";
import { AudienceReceiver, type AudienceView, audienceChannel } from "@/lib/ui/stage/audience-link.ts";
import { PictureView } from "@/lib/ui/stage/picture-view.tsx";

/** The stage beats every two seconds; a browser slows the timers of a hidden window down to one a minute. */
const lostAfterMs = 75_000;

/** The second window: follows the stage, has no control, and finds it again after a reload of either. */
export function AudienceScreen() {
  const t = useTranslations("stage.audience");
  const [view, setView] = useState<AudienceView | null>(null);
  useEffect(() => {
    const now = () => performance.now();
    const receiver = new AudienceReceiver(new BroadcastChannel(audienceChannel), setView, now);
    const watch = setInterval(() => {
      if (now() - receiver.heardAt > lostAfterMs) receiver.lost();
    }, 5000);
    return () => {
      clearInterval(watch);
      receiver.close();
    };
  }, []);
  const here = view?.connected && view.picture.topology !== null;
  return (
    <div
      className="flex min-h-0 flex-1 flex-col lg:h-[calc(100dvh-1.5rem)] lg:flex-none"
      data-audience={here ? "following" : "waiting"}
    >
      <h1 className="sr-only">{t("title")}</h1>
      {here ? (
        <PictureView picture={view.picture} origin={view.origin} />
      ) : (
        <Empty icon="stage" title={t("waiting")}>
          {t("waitingText")}
        </Empty>
      )}
    </div>
  );
}
