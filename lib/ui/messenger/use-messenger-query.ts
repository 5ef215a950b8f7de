"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { MessengerApi, MessengerEvents } from "../../messenger/messenger-api.ts";

export interface MessengerQuery<T> {
  /** undefined until the first answer; afterwards the newest one, kept while a newer is asked for. */
  readonly value: T | undefined;
  readonly error: unknown;
  readonly reload: () => void;
}

/**
 * Asks the messenger, and again after each event that `concerns` the answer. Events that come while a question is
 * open lead to one more question, not to one each. `load` and `concerns` must be stable (useCallback).
 */
export function useMessengerQuery<T>(
  api: MessengerApi,
  load: (api: MessengerApi) => Promise<T>,
  concerns: (event: MessengerEvents) => boolean,
): MessengerQuery<T> {
  const [answer, setAnswer] = useState<{ value: T | undefined; error: unknown }>({
    value: undefined,
    error: null,
  });
  const ask = useRef<() => void>(() => undefined);

  useEffect(() => {
    let gone = false;
    let open = false;
    let again = false;
    async function run(): Promise<void> {
      if (open) {
        again = true;
        return;
      }
      open = true;
      do {
        again = false;
        try {
          const value = await load(api);
          if (!gone) setAnswer({ value, error: null });
        } catch (error) {
          if (!gone) setAnswer((last) => ({ value: last.value, error }));
        }
      } while (again && !gone);
      open = false;
    }
    ask.current = () => void run();
    setAnswer({ value: undefined, error: null });
    void run();
    const unsubscribe = api.subscribe((event) => {
      if (concerns(event)) void run();
    });
    return () => {
      gone = true;
      unsubscribe();
    };
  }, [api, load, concerns]);

  const reload = useCallback(() => ask.current(), []);
  return { value: answer.value, error: answer.error, reload };
}
