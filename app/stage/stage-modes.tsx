"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "@/lib/ui/button.tsx";
import { Segmented } from "@/lib/ui/segmented.tsx";
import { panicKey } from "./use-panic.ts";

const modes = ["desk", "present", "signatures", "replay", "report"] as const;
export type StageMode = (typeof modes)[number];

const modeKept = "vernam-stage-mode";

/** What the stage shows; a reload keeps it. */
export function useStageMode(): [StageMode, (mode: StageMode) => void] {
  const [mode, setMode] = useState<StageMode>("desk");
  useEffect(() => {
    const kept = sessionStorage.getItem(modeKept);
    const found = modes.find((one) => one === kept);
    if (found && found !== "replay") setMode(found);
  }, []);
  return [
    mode,
    (next) => {
      sessionStorage.setItem(modeKept, next);
      setMode(next);
    },
  ];
}

interface StageModesProps {
  readonly mode: StageMode;
  readonly onMode: (mode: StageMode) => void;
  readonly booth: boolean;
  readonly onBooth: () => void;
  readonly onPanic: () => void;
  readonly panicking: boolean;
}

/** The stage's own menu: what to show, and what works everywhere on it. */
export function StageModes({ mode, onMode, booth, onBooth, onPanic, panicking }: StageModesProps) {
  const t = useTranslations("stage.mode");
  return (
    <div className="ml-auto flex flex-wrap items-center gap-2 print:hidden" data-tour="stage-modes">
      <Segmented
        label={t("label")}
        value={mode}
        options={modes.map((value) => ({ value, label: t(value) }))}
        onChange={onMode}
      />
      <Button
        size="small"
        icon="system"
        title={t("audienceTitle")}
        onClick={() => window.open("/stage/audience", "_blank", "popup,noopener,width=1600,height=900")}
      >
        {t("audience")}
      </Button>
      <Button size="small" icon="refresh" title={t("boothTitle")} aria-pressed={booth} onClick={onBooth}>
        {t("booth")}
      </Button>
      <Button
        size="small"
        tone="danger"
        icon="restore"
        busy={panicking}
        onClick={onPanic}
        data-tour="stage-panic"
      >
        {t("panic", { key: panicKey })}
      </Button>
    </div>
  );
}
