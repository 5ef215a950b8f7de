"use client";

import { useTranslations } from "next-intl";
import type { ConsentDesk, ConsentView } from "@/lib/scenarios/vault/consent-desk.ts";
import { Badge } from "@/lib/ui/badge.tsx";
import { Button } from "@/lib/ui/button.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Identifier } from "@/lib/ui/identifier.tsx";
import { useDeed } from "@/lib/ui/messenger/use-deed.ts";
import { usePostName } from "@/lib/ui/use-post-name.ts";

/** What others ask this person to sign, and what was answered. */
export function ConsentList(props: { consents: readonly ConsentView[]; desk: ConsentDesk }) {
  const t = useTranslations("vault");
  return (
    <section aria-label={t("requests")} className="grid gap-3">
      <h2 className="font-semibold">{t("requests")}</h2>
      {props.consents.map((consent) => (
        <ConsentCard key={consent.message} consent={consent} desk={props.desk} />
      ))}
    </section>
  );
}

function ConsentCard({ consent, desk }: { consent: ConsentView; desk: ConsentDesk }) {
  const t = useTranslations("vault");
  const quantity = useQuantity();
  const postName = usePostName();
  const { busy, failure, run } = useDeed();
  const { message, owner, title, reason, vault, generation, expiry, state } = consent;
  const name = postName(owner.name).place;
  return (
    <article data-consent={state} className="grid gap-3 rounded-lg border border-line bg-surface p-4 sm:p-6">
      <h3 className="font-semibold">{t("consentTitle", { name })}</h3>
      <dl className="grid gap-x-6 gap-y-1 sm:grid-cols-[max-content_1fr]">
        <dt className="text-ink-soft">{t("consentDocument", { name })}</dt>
        <dd className="font-medium break-words">{title}</dd>
        <dt className="text-ink-soft">{t("consentReason")}</dt>
        <dd className="break-words">{reason === "" ? "—" : reason}</dd>
        <dt className="text-ink-soft">{t("consentVault")}</dt>
        <dd>
          <Identifier value={vault} /> · {t("generation", { generation })}
        </dd>
      </dl>
      {state === "open" ? (
        <>
          <p className="max-w-prose text-ink-soft">{t("consentText", { expiry: quantity.moment(expiry) })}</p>
          <div className="flex flex-wrap gap-2">
            <Button
              tone="primary"
              icon="shieldCheck"
              busy={busy}
              onClick={() => void run(() => desk.give(message))}
            >
              {t("sign")}
            </Button>
            <Button onClick={() => void run(() => desk.decline(message))}>{t("decline")}</Button>
          </div>
        </>
      ) : (
        <p>
          <Badge tone={state === "given" ? "ok" : "idle"} icon={state === "given" ? "check" : "minus"}>
            {t(`consentDone.${state}`)}
          </Badge>
        </p>
      )}
      {failure ? (
        <p role="alert" className="text-sm text-alarm">
          {failure}
        </p>
      ) : null}
    </article>
  );
}
