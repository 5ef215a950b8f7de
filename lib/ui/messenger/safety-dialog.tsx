"use client";

import { useTranslations } from "next-intl";
import { useCallback } from "react";
import type { MessengerApi } from "../../messenger/messenger-api.ts";
import { Badge } from "../badge.tsx";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { Empty, Waiting } from "../notice.tsx";
import { QrCode } from "./devices-qr.tsx";
import { ContactDevices, SafetyCompare } from "./safety-compare.tsx";
import { useMessengerQuery } from "./use-messenger-query.ts";

interface SafetyDialogProps {
  readonly api: MessengerApi;
  readonly conversation: string;
  readonly name: string;
  readonly onClose: () => void;
}

/** Sixty digits to compare aloud, and the person's own word that they did. */
export function SafetyDialog({ api, conversation, name, onClose }: SafetyDialogProps) {
  const t = useTranslations("safety");
  const common = useTranslations("common");
  const load = useCallback((asked: MessengerApi) => asked.safetyNumber(conversation), [conversation]);
  const { value, reload } = useMessengerQuery(api, load, isContactEvent);

  async function mark(verified: boolean) {
    if (!value) return;
    await api.setVerified(value.user, verified).catch(() => undefined);
    reload();
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={t("title")}
      lead={t("lead", { name })}
      actions={
        value ? (
          value.verified ? (
            <Button onClick={() => void mark(false)}>{t("unverify")}</Button>
          ) : (
            <>
              <Button onClick={onClose}>{common("close")}</Button>
              <Button tone="primary" icon="shieldCheck" onClick={() => void mark(true)}>
                {t("markVerified")}
              </Button>
            </>
          )
        ) : undefined
      }
    >
      {value === undefined ? (
        <Waiting>{common("loading")}</Waiting>
      ) : value === null ? (
        <Empty icon="shield" title={t("unavailable")}>
          {t("unavailableText", { name })}
        </Empty>
      ) : (
        <div className="grid gap-4">
          <ol
            aria-label={t("digits", { name })}
            className="grid grid-cols-3 justify-items-center gap-x-4 gap-y-1 rounded-md bg-sunken px-4 py-4 font-mono text-xl tracking-wider sm:grid-cols-4"
          >
            {value.digits
              .replace(/\D/g, "")
              .match(/.{1,5}/g)
              ?.map((group, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: twelve groups that never move
                <li key={index}>{group}</li>
              ))}
          </ol>
          {value.verified ? (
            <p>
              <Badge tone="ok" icon="shieldCheck">
                {t("verifiedNow")}
              </Badge>
            </p>
          ) : (
            <p className="text-sm text-ink-soft">{t("different")}</p>
          )}
          <QrCode text={value.qr} label={t("qr", { name })} />
          <SafetyCompare api={api} conversation={conversation} onCompared={reload} />
          <ContactDevices api={api} user={value.user} />
        </div>
      )}
    </Dialog>
  );
}

function isContactEvent(event: { readonly type: string }): boolean {
  return event.type === "contacts" || event.type === "conversations";
}
