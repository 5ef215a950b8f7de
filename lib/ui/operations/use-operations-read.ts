"use client";

import { useCallback, useEffect, useState } from "react";
import { OperationsProblem } from "./operations-client.ts";
import { useOperationsStore } from "./operations-provider.tsx";

export interface OperationsRead<T> {
  readonly value: T | undefined;
  readonly problem: OperationsProblem | null;
  readonly at: number | null;
  readonly reload: () => void;
}

/**
 * One read of the operations face, repeated every `everyMs` (0: never) while the page is in sight. The last good
 * answer stays while a newer one fails.
 */
export function useOperationsRead<T>(
  path: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
  everyMs = 0,
): OperationsRead<T> {
  const { client } = useOperationsStore();
  const [answer, setAnswer] = useState<Omit<OperationsRead<T>, "reload">>({
    value: undefined,
    problem: null,
    at: null,
  });
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(query);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another path or query is another answer
  useEffect(() => setAnswer({ value: undefined, problem: null, at: null }), [client, path, key]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks again
  useEffect(() => {
    let gone = false;
    async function ask(): Promise<void> {
      try {
        const value = await client.read<T>(path, JSON.parse(key) as Record<string, string | number>);
        if (!gone) setAnswer({ value, problem: null, at: Date.now() });
      } catch (error) {
        const problem =
          error instanceof OperationsProblem
            ? error
            : new OperationsProblem("unreachable", "operations.unreadable", "the answer could not be read");
        if (!gone) setAnswer((last) => ({ ...last, problem }));
      }
    }
    void ask();
    if (everyMs === 0) {
      return () => {
        gone = true;
      };
    }
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void ask();
    }, everyMs);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [client, path, key, everyMs, turn]);

  const reload = useCallback(() => setTurn((last) => last + 1), []);
  return { ...answer, reload };
}
