"use client";

import { useEffect, useState } from "react";
import type { MessengerApi } from "../../messenger/messenger-api.ts";

const shownFor = 5000;

/** True for five seconds after each hint that the other side writes. Hints are not authenticated. */
export function useTyping(api: MessengerApi, conversation: string): boolean {
  const [typing, setTyping] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = () => {
      clearTimeout(timer);
      setTyping(false);
    };
    const unsubscribe = api.subscribe((event) => {
      if (event.conversation !== conversation) return;
      if (event.type === "messages") stop();
      if (event.type !== "typing") return;
      clearTimeout(timer);
      setTyping(true);
      timer = setTimeout(stop, shownFor);
    });
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, [api, conversation]);
  return typing;
}
