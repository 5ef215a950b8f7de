"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Segmented } from "@/lib/ui/segmented.tsx";

export const ranges = {
  "15m": { ms: 900_000, bucketMs: 60_000 },
  "1h": { ms: 3_600_000, bucketMs: 60_000 },
  "6h": { ms: 21_600_000, bucketMs: 300_000 },
  "24h": { ms: 86_400_000, bucketMs: 1_200_000 },
  "7d": { ms: 604_800_000, bucketMs: 10_800_000 },
} as const;

export type RangeName = keyof typeof ranges;

/** The end of the range moves on with time, in steps of one bucket, so that every read is of whole buckets. */
export function useRangeEnd(bucketMs: number): number | null {
  const [end, setEnd] = useState<number | null>(null);
  useEffect(() => {
    const step = () => setEnd(Math.ceil(Date.now() / bucketMs) * bucketMs);
    step();
    const timer = setInterval(step, Math.min(bucketMs, 15_000));
    return () => clearInterval(timer);
  }, [bucketMs]);
  return end;
}

export function RangeChoice(props: { value: RangeName; onChange: (value: RangeName) => void }) {
  const t = useTranslations("admin");
  return (
    <Segmented
      label={t("range")}
      value={props.value}
      onChange={props.onChange}
      options={(Object.keys(ranges) as RangeName[]).map((name) => ({
        value: name,
        label: t(`ranges.${name}`),
      }))}
    />
  );
}
