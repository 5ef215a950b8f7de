"use client";

import { useEffect, useRef } from "react";
import type { MessengerApi } from "../../messenger/messenger-api.ts";

const pauseMs = 400;

/**
 * Keeps what is being written on this device, encrypted like messages: a reload and another tab find it. The words
 * of `stored` are given to `onRestored` once, when nothing is written yet. One use is for one conversation.
 */
export function useStoredDraft(
  api: MessengerApi,
  conversation: string,
  text: string,
  stored: string | null,
  onRestored: (text: string) => void,
): void {
  const restored = useRef(false);
  const latest = useRef({ text, stored, onRestored });
  latest.current = { text, stored, onRestored };
  useEffect(() => {
    if (restored.current) return;
    restored.current = true;
    const { text: written, stored: kept, onRestored: give } = latest.current;
    if (written !== "" || !kept) return;
    // Counted as written from here on: it is not erased before it shows.
    latest.current = { ...latest.current, text: kept };
    give(kept);
  }, []);
  const saved = useRef(stored ?? "");
  const keep = useRef<() => void>(() => undefined);
  keep.current = () => {
    const { text: written } = latest.current;
    if (saved.current === written) return;
    saved.current = written;
    void api.setDraft(conversation, written).catch(() => undefined);
  };
  useEffect(() => {
    const timer = setTimeout(() => keep.current(), text === "" ? 0 : pauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  // Whoever turns to something else does not wait for the pause.
  useEffect(() => {
    const leave = () => keep.current();
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, []);
}
