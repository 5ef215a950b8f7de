"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { MessageView, MessengerApi } from "../../messenger/messenger-api.ts";
import { mergeMessages } from "./merge-messages.ts";

const page = 60;
const mostReread = 300;

export interface Thread {
  readonly messages: readonly MessageView[];
  readonly loaded: boolean;
  /** False once the beginning of the conversation has been reached. */
  readonly hasOlder: boolean;
  readonly loadingOlder: boolean;
  readonly error: unknown;
  readonly loadOlder: () => void;
}

/** The messages of one conversation, newest page first, older ones as they are asked for. */
export function useThread(api: MessengerApi, conversation: string): Thread {
  const [messages, setMessages] = useState<readonly MessageView[]>([]);
  const [loaded, setLoaded] = useState(false);
  const [hasOlder, setHasOlder] = useState(true);
  const [loadingOlder, setLoadingOlder] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const held = useRef<readonly MessageView[]>([]);
  const paging = useRef(false);

  useEffect(() => {
    let gone = false;
    let open = false;
    let again = false;
    held.current = [];
    setMessages([]);
    setLoaded(false);
    setHasOlder(true);

    async function readNewest(): Promise<void> {
      if (open) {
        again = true;
        return;
      }
      open = true;
      do {
        again = false;
        const limit = Math.max(page, Math.min(held.current.length, mostReread));
        try {
          const newest = await api.messages(conversation, { limit });
          if (gone) return;
          if (held.current.length === 0 && newest.length < limit) setHasOlder(false);
          held.current = mergeMessages(held.current, newest);
          setMessages(held.current);
          setError(null);
        } catch (cause) {
          if (!gone) setError(cause);
        }
        if (!gone) setLoaded(true);
      } while (again && !gone);
      open = false;
    }

    void readNewest();
    const unsubscribe = api.subscribe((event) => {
      if (
        event.type === "messages" &&
        (event.conversation === undefined || event.conversation === conversation)
      ) {
        void readNewest();
      }
    });
    return () => {
      gone = true;
      unsubscribe();
    };
  }, [api, conversation]);

  const loadOlder = useCallback(() => {
    const oldest = held.current[0];
    if (paging.current || oldest === undefined) return;
    paging.current = true;
    setLoadingOlder(true);
    api
      .messages(conversation, { before: oldest.id, limit: page })
      .then((older) => {
        if (held.current[0] !== oldest && held.current[0]?.id !== oldest.id) return;
        if (older.length < page) setHasOlder(false);
        held.current = mergeMessages(older, held.current);
        setMessages(held.current);
      })
      .catch(setError)
      .finally(() => {
        paging.current = false;
        setLoadingOlder(false);
      });
  }, [api, conversation]);

  return { messages, loaded, hasOlder, loadingOlder, error, loadOlder };
}
