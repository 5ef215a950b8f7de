"use client";

import { useTranslations } from "next-intl";
import { IconButton } from "@/lib/ui/button.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Notice } from "@/lib/ui/notice.tsx";
import type { PanicReport } from "./use-panic.ts";

interface PanicNoticeProps {
  readonly busy: boolean;
  readonly report: PanicReport | null;
  readonly problem: string | null;
  readonly onClose: () => void;
}

/** What was put in order, counted. */
export function PanicNotice({ busy, report, problem, onClose }: PanicNoticeProps) {
  const t = useTranslations("stage.panic");
  const common = useTranslations("common");
  const quantity = useQuantity();
  if (!busy && !report && !problem) return null;
  const good = report !== null && report.left === 0;
  return (
    <div
      className="fixed inset-x-3 bottom-4 z-40 mx-auto max-w-xl rounded-md bg-surface shadow-over print:hidden"
      data-panic={busy ? "busy" : problem ? "failed" : "done"}
    >
      <Notice
        tone={busy ? "idle" : good ? "ok" : "alarm"}
        icon={busy ? "hourglass" : good ? "check" : "failed"}
        urgent
        title={busy ? t("busy") : good ? t("done") : t("failed")}
      >
        {problem ?? null}
        {report && !busy ? (
          <p>
            {t("report", {
              attacks: report.attacks,
              faults: report.faults,
              suppositions: report.suppositions,
              skies: report.skies,
              seconds: quantity.number(report.milliseconds / 1000, 1),
            })}
          </p>
        ) : null}
      </Notice>
      {busy ? null : (
        <IconButton
          icon="close"
          size="small"
          label={common("close")}
          onClick={onClose}
          className="absolute top-2 right-2"
        />
      )}
    </div>
  );
}
