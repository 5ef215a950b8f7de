"use client";

import { useTranslations } from "next-intl";
import type { AttackResult } from "../../scenarios/agents/agent-states.ts";
import { Badge } from "../badge.tsx";
import { useQuantity } from "../format/use-quantity.ts";

const reasons = ["envelope.signature", "sequence.replayed"] as const;

/** The last forged orders, and what became of each. */
export function AgentAttack({ results }: { readonly results: readonly AttackResult[] }) {
  const t = useTranslations("agents");
  const quantity = useQuantity();
  return (
    <ul aria-label={t("lastAttack")} aria-live="polite" className="grid gap-1 text-sm" data-attack="">
      {results.map(({ method, refused, milliseconds }) => {
        const reason = reasons.find((one) => one === refused);
        return (
          <li key={method} className="flex flex-wrap items-baseline gap-x-2" data-refused={refused ?? ""}>
            <Badge
              tone={refused === null ? "alarm" : "ok"}
              icon={refused === null ? "failed" : "shieldCheck"}
            >
              {t(refused === null ? "notRefused" : "refusedIn", {
                milliseconds: quantity.number(milliseconds, 0),
              })}
            </Badge>
            <span>
              {t(`method.${method}`)}
              {refused === null ? null : (
                <>: {reason ? t(`reason.${reason.replace(".", "-") as Reason}`) : refused}</>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

type Reason = "envelope-signature" | "sequence-replayed";
