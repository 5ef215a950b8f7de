"use client";

import { useSyncExternalStore } from "react";

/** "hidden": that something came, nothing of what or from whom. "names": from whom. Never the text. */
export const notificationChoices = ["off", "hidden", "names"] as const;
export type NotificationChoice = (typeof notificationChoices)[number];

const keptAs = "vernam-notifications";
const changed = "vernam-notifications-changed";

export function notificationChoice(): NotificationChoice {
  const kept = notificationChoices.find((choice) => choice === localStorage.getItem(keptAs));
  return kept !== undefined && supported() && Notification.permission === "granted" ? kept : "off";
}

/** Asks the browser's permission when it is needed. @returns false when the person or the browser said no */
export async function chooseNotifications(choice: NotificationChoice): Promise<boolean> {
  const allowed = choice === "off" || (supported() && (await Notification.requestPermission()) === "granted");
  localStorage.setItem(keptAs, allowed ? choice : "off");
  window.dispatchEvent(new Event(changed));
  return allowed;
}

export function useNotificationChoice(): NotificationChoice {
  return useSyncExternalStore(listen, notificationChoice, () => "off");
}

function supported(): boolean {
  return "Notification" in window;
}

function listen(tell: () => void): () => void {
  window.addEventListener(changed, tell);
  window.addEventListener("storage", tell);
  return () => {
    window.removeEventListener(changed, tell);
    window.removeEventListener("storage", tell);
  };
}
