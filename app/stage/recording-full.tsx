"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/lib/ui/button.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Notice } from "@/lib/ui/notice.tsx";

interface RecordingFullProps {
  /** ms UTC. */
  readonly since: number;
  readonly onAnew: () => void;
}

/** The run is longer than a recording holds: nobody should believe that the rest can be replayed. */
export function RecordingFull({ since, onAnew }: RecordingFullProps) {
  const t = useTranslations("stage.replay");
  const quantity = useQuantity();
  return (
    <div className="p-2 print:hidden" data-recording-full="">
      <Notice
        tone="warn"
        icon="hourglass"
        urgent
        title={t("full")}
        actions={
          <Button size="small" icon="refresh" onClick={onAnew}>
            {t("anew")}
          </Button>
        }
      >
        {t("fullText", { time: quantity.clock(since) })}
      </Notice>
    </div>
  );
}
