"use client";

import { useEffect, useState } from "react";
import type { MessengerApi, SupplyView } from "../../messenger/messenger-api.ts";

const askedAgain = 15_000;

/** What the conversation has left in key: asked when it opens, after each message, and now and then. */
export function useSupply(api: MessengerApi, conversation: string): SupplyView | null {
  const [supply, setSupply] = useState<SupplyView | null>(null);
  useEffect(() => {
    let gone = false;
    let open = false;
    const ask = () => {
      if (open || document.visibilityState === "hidden") return;
      open = true;
      api
        .supply(conversation)
        .then(
          (asked) => gone || setSupply(asked),
          () => gone || setSupply(null),
        )
        .finally(() => {
          open = false;
        });
    };
    setSupply(null);
    ask();
    const timer = setInterval(ask, askedAgain);
    const unsubscribe = api.subscribe((event) => {
      if (event.type === "messages" && event.conversation === conversation) ask();
    });
    return () => {
      gone = true;
      clearInterval(timer);
      unsubscribe();
    };
  }, [api, conversation]);
  return supply;
}
