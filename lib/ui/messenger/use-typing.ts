"use client";

import { useEffect, useState } from "react";
import type { MessengerApi } from "../../messenger/messenger-api.ts";

const shownFor = 5000;
const nobody: readonly string[] = [];

/** Users for five seconds after each hint that they write; a message ends all. Hints are not authenticated. */
export function useTyping(api: MessengerApi, conversation: string): readonly string[] {
  const [users, setUsers] = useState<readonly string[]>(nobody);
  useEffect(() => {
    const timers = new Map<string, ReturnType<typeof setTimeout>>();
    const tell = () => setUsers(timers.size === 0 ? nobody : [...timers.keys()]);
    const stop = () => {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      setUsers(nobody);
    };
    const unsubscribe = api.subscribe((event) => {
      if (event.conversation !== conversation) return;
      if (event.type === "messages") stop();
      if (event.type !== "typing") return;
      const user = event.user ?? "";
      clearTimeout(timers.get(user));
      timers.set(
        user,
        setTimeout(() => {
          timers.delete(user);
          tell();
        }, shownFor),
      );
      tell();
    });
    return () => {
      stop();
      unsubscribe();
    };
  }, [api, conversation]);
  return users;
}
