"use client";

import { useTranslations } from "next-intl";
import { useCallback } from "react";
import type { MessengerApi, MessengerEvents } from "../../messenger/messenger-api.ts";
import { Dialog } from "../dialog.tsx";
import { Waiting } from "../notice.tsx";
import { useErrorText } from "../problem-text.ts";
import { usePostName } from "../use-post-name.ts";
import { DeliveryMark } from "./delivery-mark.tsx";
import { useMessengerQuery } from "./use-messenger-query.ts";

interface ReachDialogProps {
  readonly api: MessengerApi;
  readonly message: string;
  readonly onClose: () => void;
}

const isMessages = (event: MessengerEvents) => event.type === "messages";

/** Who has an own message, person by person. */
export function ReachDialog({ api, message, onClose }: ReachDialogProps) {
  const t = useTranslations("messages.reach");
  const messages = useTranslations("messages");
  const postName = usePostName();
  const errorText = useErrorText();
  const load = useCallback((asked: MessengerApi) => asked.recipients(message), [message]);
  const { value, error } = useMessengerQuery(api, load, isMessages);
  return (
    <Dialog open onClose={onClose} title={t("title")} lead={t("text")}>
      {error ? <p className="text-sm text-alarm">{errorText(error)}</p> : null}
      {value === undefined ? (
        error ? null : (
          <Waiting>{messages("opening")}</Waiting>
        )
      ) : value.length === 0 ? (
        <p className="text-ink-soft">{t("none")}</p>
      ) : (
        <ul className="grid divide-y divide-line">
          {value.map(({ user, name, state }) => {
            const { place, title } = postName(name);
            return (
              <li key={user} className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 py-2">
                <span className="min-w-0">
                  <span className="font-medium">{place}</span>
                  <span className="block text-xs text-ink-soft">{title}</span>
                </span>
                <span className="text-sm">
                  <DeliveryMark delivery={{ state }} />
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </Dialog>
  );
}
