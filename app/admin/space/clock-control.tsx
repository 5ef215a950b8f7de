"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Notice } from "@/lib/ui/notice.tsx";
import { useErrorText } from "@/lib/ui/problem-text.ts";
import { Segmented } from "@/lib/ui/segmented.tsx";

export type SetRate = (rate: number) => Promise<void>;

const rates = ["1", "10", "60", "120"] as const;

interface ClockControlProps {
  readonly rate: number;
  readonly setRate: SetRate | null;
  readonly onDone: () => void;
}

/** How fast the satellites fly, in a demonstration; the fibre links keep their own time. */
export function ClockControl({ rate, setRate, onDone }: ClockControlProps) {
  const t = useTranslations("space");
  const errorText = useErrorText();
  const [problem, setProblem] = useState<string | null>(null);
  if (!setRate) return null;
  async function change(value: string) {
    setProblem(null);
    try {
      await setRate?.(Number(value));
      onDone();
    } catch (error) {
      setProblem(errorText(error));
    }
  }
  return (
    <section className="grid justify-items-start gap-2 px-4" aria-label={t("speed")}>
      <h2 className="font-semibold">{t("speed")}</h2>
      <Segmented
        label={t("speed")}
        value={String(rate)}
        options={rates.map((value) => ({
          value: value as string,
          label: value === "1" ? t("realTime") : `×${value}`,
        }))}
        onChange={(value) => void change(value)}
      />
      {problem ? <Notice tone="warn" icon="alarm" title={problem} urgent /> : null}
    </section>
  );
}
