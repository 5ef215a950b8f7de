"use client";

import { useTranslations } from "next-intl";
import type { KeyUseView } from "../../scenarios/agents/key-use.ts";
import { useQuantity } from "../format/use-quantity.ts";

interface AgentFiguresProps {
  readonly keys: readonly KeyUseView[];
  /** Milliseconds; null before the first. */
  readonly latencies: readonly { readonly label: string; readonly value: number | null }[];
  readonly counts: readonly { readonly label: string; readonly value: number }[];
}

/** What agents did, how fast, and the key it took by suite. */
export function AgentFigures({ keys, latencies, counts }: AgentFiguresProps) {
  const t = useTranslations("agents");
  const quantity = useQuantity();
  const bits = new Map<string, number>();
  for (const { suite, endToEndBits } of keys) bits.set(suite, (bits.get(suite) ?? 0) + endToEndBits);
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-1">
      {counts.map(({ label, value }) => (
        <Figure key={label} label={label} value={quantity.number(value, 0)} />
      ))}
      {latencies.map(({ label, value }) => (
        <Figure
          key={label}
          label={label}
          value={value === null ? "—" : t("milliseconds", { value: quantity.number(value, 0) })}
        />
      ))}
      {[...bits].map(([suite, used]) => (
        <Figure key={suite} label={t("keyUsed", { suite })} value={quantity.data(used / 8)} />
      ))}
    </dl>
  );
}

function Figure({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div className="grid">
      <dt className="text-sm text-ink-soft">{label}</dt>
      <dd className="text-lg font-semibold">{value}</dd>
    </div>
  );
}
