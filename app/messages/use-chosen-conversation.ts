"use client";

import { useSearchParams } from "next/navigation";
import { useCallback } from "react";

/** The conversation named in the address (its identifier only), so that Back and reload do what people expect. */
export function useChosenConversation(): readonly [string | null, (conversation: string | null) => void] {
  const chosen = useSearchParams().get("c");
  const choose = useCallback((conversation: string | null) => {
    const url = new URL(window.location.href);
    if (conversation === null) url.searchParams.delete("c");
    else url.searchParams.set("c", conversation);
    window.history.pushState(null, "", url);
  }, []);
  return [chosen, choose];
}
