"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { MessageView, MessengerApi } from "../../messenger/messenger-api.ts";
import {
  aroundPlace,
  emptyWindow,
  newerQuestion,
  refreshQuestion,
  type ThreadWindow,
  threadPage,
  withNewer,
  withOlder,
  withRefreshed,
} from "./thread-window.ts";

export interface Thread {
  readonly messages: readonly MessageView[];
  readonly loaded: boolean;
  /** False once the beginning of the conversation has been reached. */
  readonly hasOlder: boolean;
  /** False while what is held ends with the newest message. */
  readonly hasNewer: boolean;
  readonly loadingOlder: boolean;
  readonly error: unknown;
  readonly loadOlder: () => void;
  readonly loadNewer: () => void;
  /** Lets everything go and begins with the newest page again. */
  readonly toNewest: () => void;
  /**
   * Holds the messages around one, or around the first at or after a time (ms UTC); gives the id of that message, null
   * when there is none.
   */
  readonly toPlace: (place: string | number) => Promise<string | null>;
}

/** A stretch of one conversation: the newest page first, others as they are asked for, never more than it can bear. */
export function useThread(api: MessengerApi, conversation: string): Thread {
  const [held, setHeld] = useState<ThreadWindow>(emptyWindow);
  const [loaded, setLoaded] = useState(false);
  const [loadingOlder, setLoadingOlder] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const now = useRef<ThreadWindow>(emptyWindow);
  const paging = useRef(false);
  const reread = useRef<() => Promise<void>>(async () => undefined);

  const hold = useCallback((next: ThreadWindow) => {
    now.current = next;
    setHeld(next);
  }, []);

  useEffect(() => {
    let gone = false;
    let open = false;
    let again = false;
    hold(emptyWindow);
    setLoaded(false);

    async function read(): Promise<void> {
      if (open) {
        again = true;
        return;
      }
      open = true;
      do {
        again = false;
        const before = now.current;
        const question = refreshQuestion(before);
        try {
          const answer = await api.messages(conversation, question);
          if (gone) return;
          // What was paged meanwhile is read once more rather than lost.
          if (now.current.newer !== before.newer) again = true;
          else hold(withRefreshed(now.current, answer, question));
          setError(null);
        } catch (cause) {
          if (!gone) setError(cause);
        }
        if (!gone) setLoaded(true);
      } while (again && !gone);
      open = false;
    }

    reread.current = read;
    void read();
    const unsubscribe = api.subscribe((event) => {
      if (
        event.type === "messages" &&
        (event.conversation === undefined || event.conversation === conversation)
      ) {
        void read();
      }
    });
    return () => {
      gone = true;
      unsubscribe();
    };
  }, [api, conversation, hold]);

  /** One page at a time; an answer that came too late for what is held now is dropped. */
  const page = useCallback((ask: () => Promise<void>) => {
    if (paging.current) return;
    paging.current = true;
    ask()
      .catch(setError)
      .finally(() => {
        paging.current = false;
        setLoadingOlder(false);
      });
  }, []);

  const toNewest = useCallback(() => {
    if (now.current.newer.length === 0) return;
    now.current = emptyWindow;
    void reread.current();
  }, []);

  const loadOlder = useCallback(() => {
    const oldest = now.current.messages[0]?.id;
    if (oldest === undefined) return;
    setLoadingOlder(true);
    page(async () => {
      const older = await api.messages(conversation, { before: oldest, limit: threadPage });
      if (now.current.messages[0]?.id === oldest) hold(withOlder(now.current, older));
    });
  }, [api, conversation, hold, page]);

  const loadNewer = useCallback(() => {
    const before = now.current;
    const question = newerQuestion(before);
    if (question === null) return;
    page(async () => {
      const answer =
        "around" in question
          ? await api.around(conversation, question.around, question.limit)
          : await api.messages(conversation, question);
      if (now.current.newer !== before.newer) return;
      const next = withNewer(now.current, answer);
      if (next === null) toNewest();
      else hold(next);
    });
  }, [api, conversation, hold, page, toNewest]);

  const toPlace = useCallback(
    async (place: string | number) => {
      if (now.current.messages.some(({ id }) => id === place)) return place as string;
      const answer = await api.around(conversation, place, threadPage);
      const target = answer.find(({ id, at }) => (typeof place === "string" ? id === place : at >= place));
      if (answer.length === 0) return null;
      hold(aroundPlace(answer, target?.id ?? null, threadPage));
      return target?.id ?? answer.at(-1)?.id ?? null;
    },
    [api, conversation, hold],
  );

  const { messages, hasOlder, newer } = held;
  const hasNewer = newer.length > 0;
  return {
    messages,
    loaded,
    hasOlder,
    hasNewer,
    loadingOlder,
    error,
    loadOlder,
    loadNewer,
    toNewest,
    toPlace,
  };
}
