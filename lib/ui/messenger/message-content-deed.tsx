"use client";

import { type ReactNode, useState } from "react";
import { useErrorText } from "../problem-text.ts";

/** Runs what a dialog was opened for: closes it when that is done, says why when it is not. */
export function useDeed(onDone: () => void): {
  readonly busy: boolean;
  readonly failure: ReactNode;
  readonly run: (deed: () => Promise<unknown>) => void;
} {
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  function run(deed: () => Promise<unknown>): void {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    deed()
      .then(onDone, (error: unknown) => setFailure(errorText(error)))
      .finally(() => setBusy(false));
  }
  const shown =
    failure === null ? null : (
      <p role="alert" className="text-sm text-alarm">
        {failure}
      </p>
    );
  return { busy, failure: shown, run };
}
