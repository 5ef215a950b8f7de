"use client";

import { useCallback } from "react";
import type { MessengerApi, MessengerEvents, TimelineView } from "../../messenger/messenger-api.ts";
import { useMessengerQuery } from "./use-messenger-query.ts";

const none: readonly TimelineView[] = [];
const mayChange = ({ type }: MessengerEvents) => type === "conversations" || type === "messages";

/** What happened to the conversation between its messages, oldest first. */
export function useTimeline(api: MessengerApi, conversation: string): readonly TimelineView[] {
  const load = useCallback((asked: MessengerApi) => asked.timeline(conversation), [conversation]);
  return useMessengerQuery(api, load, mayChange).value ?? none;
}
