"use client";

import { useSyncExternalStore } from "react";

const keptAs = "vernam-presence";
const changed = "vernam-presence-changed";

/** Whether members of one's conversations see that one is there, and one sees them. On until it is switched off. */
export function isPresenceShown(): boolean {
  return localStorage.getItem(keptAs) !== "off";
}

export function choosePresence(shown: boolean): void {
  localStorage.setItem(keptAs, shown ? "on" : "off");
  window.dispatchEvent(new Event(changed));
}

export function usePresenceShown(): boolean {
  return useSyncExternalStore(listenToPresence, isPresenceShown, () => true);
}

export function listenToPresence(listener: () => void): () => void {
  window.addEventListener(changed, listener);
  window.addEventListener("storage", listener);
  return () => {
    window.removeEventListener(changed, listener);
    window.removeEventListener("storage", listener);
  };
}
