"use client";

import { useEffect, useState } from "react";
import type { PresenceView } from "../../messenger/api/presence.ts";
import type { EngineState, MessengerApi } from "../../messenger/messenger-api.ts";
import { isPresenceShown, listenToPresence } from "./presence-choice.ts";

const every = 30_000;
const nobody: readonly PresenceView[] = [];

/** Says that this person is there while the page is looked at, and away while it is not; nothing where they hide. */
export function useOwnPresence(api: MessengerApi, phase: EngineState["phase"] | undefined): void {
  useEffect(() => {
    if (phase !== "ready") return;
    const tell = () => {
      const there = document.visibilityState === "visible" ? "online" : "away";
      void api.setPresence(isPresenceShown() ? there : "hidden").catch(() => undefined);
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    window.addEventListener("focus", tell);
    const quiet = listenToPresence(tell);
    return () => {
      document.removeEventListener("visibilitychange", tell);
      window.removeEventListener("focus", tell);
      quiet();
    };
  }, [api, phase]);
}

/** The other members that are there, asked for now and then while the page is looked at. */
export function usePresence(api: MessengerApi, conversation: string): readonly PresenceView[] {
  const [seen, setSeen] = useState(nobody);
  useEffect(() => {
    let gone = false;
    const ask = () => {
      if (document.visibilityState !== "visible") return;
      api
        .presence(conversation)
        .then((answer) => (gone ? undefined : setSeen(answer)))
        .catch(() => undefined);
    };
    ask();
    const timer = setInterval(ask, every);
    document.addEventListener("visibilitychange", ask);
    const quiet = listenToPresence(ask);
    const unsubscribe = api.subscribe(({ type }) => {
      if (type === "state") ask();
    });
    return () => {
      gone = true;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", ask);
      quiet();
      unsubscribe();
    };
  }, [api, conversation]);
  return seen;
}
