"use client";

import { useCallback, useState } from "react";
import { useErrorText } from "../problem-text.ts";

/** Does one thing at a time for a person: whether it is going on, and why it did not work. */
export function useDeed() {
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const run = useCallback(
    async (deed: () => Promise<void>) => {
      setBusy(true);
      setFailure(null);
      try {
        await deed();
      } catch (error) {
        setFailure(errorText(error));
      } finally {
        setBusy(false);
      }
    },
    [errorText],
  );
  return { busy, failure, run };
}
