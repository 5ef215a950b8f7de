import { useTranslations } from "next-intl";
import type { PoolOutlookView } from "@/lib/keys/api-types.ts";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";

/** Beside a pool: who waits for its key and until when, or else when it will be empty. Nothing while all is well. */
export function PoolOutlook({ outlook }: { outlook: PoolOutlookView | undefined }) {
  const t = useTranslations("health");
  const quantity = useQuantity();
  if (!outlook) return null;
  const { waiting, timeToKeyMs, timeToEmptyMs } = outlook;
  const count = waiting.priority + waiting.ordinary;
  if (count > 0) {
    const text = t("waiting", { count });
    return (
      <span className="text-sm text-ink-soft">
        {timeToKeyMs === null
          ? text
          : t("waitingUntil", { waiting: text, time: quantity.duration(timeToKeyMs) })}
      </span>
    );
  }
  if (timeToEmptyMs === null) return null;
  return (
    <span className="text-sm text-ink-soft">
      {t("emptiesIn", { time: quantity.duration(timeToEmptyMs) })}
    </span>
  );
}
