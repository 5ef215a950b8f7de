"use client";

import { useEffect, useRef } from "react";
import type { MessengerApi } from "../../messenger/messenger-api.ts";

const pauseMs = 400;

/**
 * Keeps what is being written on this device, encrypted like messages: a reload and another tab find it. The words
 * of `stored` are given to `onRestored` once, when nothing is written yet.
 */
export function useStoredDraft(
  api: MessengerApi,
  conversation: string,
  text: string,
  stored: string | null,
  onRestored: (text: string) => void,
): void {
  const restored = useRef<string | null>(null);
  const first = useRef({ text, stored, onRestored });
  first.current = { text, stored, onRestored };
  useEffect(() => {
    if (restored.current === conversation) return;
    restored.current = conversation;
    const { text: written, stored: kept, onRestored: give } = first.current;
    if (written === "" && kept) give(kept);
  }, [conversation]);
  const saved = useRef(stored ?? "");
  useEffect(() => {
    const keep = () => {
      if (saved.current === text) return;
      saved.current = text;
      void api.setDraft(conversation, text).catch(() => undefined);
    };
    const timer = setTimeout(keep, text === "" ? 0 : pauseMs);
    return () => clearTimeout(timer);
  }, [api, conversation, text]);
}
