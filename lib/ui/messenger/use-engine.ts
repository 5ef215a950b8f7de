"use client";

import { useEffect, useRef, useState } from "react";
import { type BrowserMessenger, createMessengerClient } from "../../messenger/browser/messenger-client.ts";
import type { MessengerOptions } from "../../messenger/messenger-api.ts";
import { loadRuntimeConfig } from "../runtime-config.ts";

export type EngineStart =
  | { readonly api: BrowserMessenger; readonly problem: null }
  | { readonly api: null; readonly problem: null | "unsupported" | "unreachable" };

type EngineIdentity = Pick<MessengerOptions, "user" | "profile"> & Pick<Partial<MessengerOptions>, "desk">;

/** What a page needs of the browser before an engine can keep keys in it. */
function browserSuffices(): boolean {
  return (
    window.isSecureContext &&
    typeof Worker !== "undefined" &&
    typeof indexedDB !== "undefined" &&
    "locks" in navigator &&
    crypto.subtle !== undefined
  );
}

/**
 * Starts a messenger engine in a worker for as long as the component is shown. A new identity (by its profile and
 * user) or a new `attempt` stops the old engine and starts another.
 */
export function useEngine(identity: EngineIdentity | null, attempt = 0): EngineStart {
  const [start, setStart] = useState<EngineStart>({ api: null, problem: null });
  const newest = useRef(identity);
  newest.current = identity;
  const key = identity === null ? null : `${identity.profile}/${identity.user.id}/${attempt}`;

  useEffect(() => {
    const wanted = newest.current;
    if (key === null || wanted === null) return;
    if (!browserSuffices()) {
      setStart({ api: null, problem: "unsupported" });
      return;
    }
    let gone = false;
    let running: BrowserMessenger | undefined;
    loadRuntimeConfig()
      .then(async ({ gatewayOrigin }) => {
        if (gone) return;
        running = createMessengerClient();
        await running.start({ relayOrigin: "", gatewayOrigin, ...wanted });
        if (!gone) setStart({ api: running, problem: null });
      })
      .catch(() => {
        if (!gone) setStart({ api: null, problem: "unreachable" });
      });
    return () => {
      gone = true;
      setStart({ api: null, problem: null });
      void running?.stop().catch(() => undefined);
    };
  }, [key]);

  return start;
}
