"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import type { ConversationView } from "../../messenger/messenger-api.ts";
import { notificationChoice } from "./notification-choice.ts";

/**
 * A notification of the desktop for each conversation with something new, while nobody looks at this page. One per
 * conversation at a time, whatever comes and however many tabs are open; a click opens it.
 */
export function useNotifications(
  conversations: readonly ConversationView[] | undefined,
  open: (conversation: string) => void,
): void {
  const t = useTranslations("notifications");
  const counted = useRef<ReadonlyMap<string, number> | null>(null);
  const opener = useRef(open);
  opener.current = open;

  useEffect(() => {
    if (!conversations) return;
    const before = counted.current;
    counted.current = new Map(conversations.map(({ id, unread }) => [id, unread]));
    const choice = notificationChoice();
    if (before === null || choice === "off" || document.hasFocus()) return;
    for (const { id, unread, title, muted } of conversations) {
      if (muted || unread <= (before.get(id) ?? 0)) continue;
      const text = choice === "names" ? t("from", { name: title }) : t("new");
      show(id, t("title"), text, () => opener.current(id));
    }
  }, [conversations, t]);
}

function show(id: string, title: string, body: string, clicked: () => void): void {
  try {
    const notification = new Notification(title, { body, tag: `vernam-${id}`, icon: "/icon.svg" });
    notification.onclick = () => {
      window.focus();
      clicked();
      notification.close();
    };
  } catch {
    // Browsers of telephones allow them from service workers only; there the system's own badge has to do.
  }
}
