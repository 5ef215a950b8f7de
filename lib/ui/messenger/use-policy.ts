"use client";

import { useCallback } from "react";
import type { MessengerApi, MessengerEvents, PolicyView } from "../../messenger/messenger-api.ts";
import { useMessengerQuery } from "./use-messenger-query.ts";

const mayChange = (event: MessengerEvents) => event.type === "conversations" || event.type === "state";

/** What each classification allows in a conversation; undefined until it is known. */
export function usePolicy(api: MessengerApi, conversation: string): PolicyView | undefined {
  const load = useCallback((asked: MessengerApi) => asked.policy(conversation), [conversation]);
  return useMessengerQuery(api, load, mayChange).value;
}
