"use client";

import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { chooseNotifications, notificationChoices, useNotificationChoice } from "./notification-choice.ts";

/** Whether this computer says that something came. Off until somebody switches it on. */
export function NotificationSetting() {
  const t = useTranslations("notifications");
  const choice = useNotificationChoice();
  const [refused, setRefused] = useState(false);
  const id = useId();
  return (
    <div className="border-t border-line px-3 py-2 text-sm">
      <div className="flex items-center justify-between gap-2">
        <label htmlFor={id} className="text-ink-soft">
          {t("setting")}
        </label>
        <select
          id={id}
          value={choice}
          onChange={(event) => {
            const chosen = notificationChoices.find((one) => one === event.target.value) ?? "off";
            void chooseNotifications(chosen).then((allowed) => setRefused(!allowed));
          }}
          className="min-h-7 rounded-md border border-line-strong bg-surface px-2"
        >
          {notificationChoices.map((one) => (
            <option key={one} value={one}>
              {t(`choice.${one}`)}
            </option>
          ))}
        </select>
      </div>
      {refused ? (
        <p role="status" className="pt-1 text-warn">
          {t("refused")}
        </p>
      ) : null}
    </div>
  );
}
