"use client";

import { useEffect } from "react";
import { keepShell } from "./keep-shell.ts";

/** What of the engine's client this needs. */
export interface ShellSource {
  /** Addresses of the scripts that the messenger's worker runs. */
  scripts(): Promise<readonly string[]>;
}

/** How long the page is left alone after it started, ms. */
const afterStart = 3_000;

/** Makes this page open without a network from now on. A browser that cannot is left as it is. */
export function useOfflineShell(source: ShellSource | null): void {
  useEffect(() => {
    if (source === null || !("serviceWorker" in navigator)) return;
    let gone = false;
    const timer = setTimeout(() => {
      navigator.serviceWorker
        .register("/service-worker.js", { updateViaCache: "none" })
        .then(async () => {
          const scripts = await source.scripts();
          if (!gone) await keepShell(scripts);
          document.documentElement.dataset.offlineReady = "";
        })
        // No network, no room, or the server is being replaced: the next load tries again.
        .catch(() => undefined);
    }, afterStart);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [source]);
}
