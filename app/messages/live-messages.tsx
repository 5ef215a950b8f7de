"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { warmMessenger } from "@/lib/messenger/browser/messenger-client.ts";
import { Button } from "@/lib/ui/button.tsx";
import { useEngine } from "@/lib/ui/messenger/use-engine.ts";
import { SiteDirectoryProvider } from "@/lib/ui/network/site-directory.ts";
import { Empty, Waiting } from "@/lib/ui/notice.tsx";
import { useOfflineShell } from "@/lib/ui/offline/use-offline-shell.ts";
import { giveRuntimeConfig, type RuntimeConfig } from "@/lib/ui/runtime-config.ts";
import type { SessionUser } from "@/lib/ui/session-user.ts";
import { MessagesScreen } from "./messages-screen.tsx";

// The worker reads its program while the page reads its own.
warmMessenger();

/** Until the page tries again by itself to start where it was cut off, ms. */
const againMs = 5_000;

/** The messages of the signed-in post, by the engine in this page's worker. */
export function LiveMessages({ user, config }: { user: SessionUser; config: RuntimeConfig }) {
  const t = useTranslations();
  useState(() => giveRuntimeConfig(config));
  const [attempt, setAttempt] = useState(0);
  const { api, problem } = useEngine(
    { user: { id: user.id, name: user.name, site: user.site }, profile: "default" },
    attempt,
  );
  useOfflineShell(api);
  useEffect(() => {
    if (problem !== "unreachable") return;
    const timer = setTimeout(() => setAttempt((before) => before + 1), againMs);
    return () => clearTimeout(timer);
  }, [problem]);
  if (problem === "unsupported") {
    return (
      <Empty icon="shield" title={t("engine.unsupported")}>
        {t("engine.unsupportedText")}
      </Empty>
    );
  }
  if (problem === "unreachable") {
    return (
      <Empty
        icon="server"
        title={t("errors.offline")}
        actions={
          <Button tone="primary" icon="refresh" onClick={() => setAttempt(attempt + 1)}>
            {t("common.retry")}
          </Button>
        }
      />
    );
  }
  if (api === null) return <Waiting>{t("engine.starting")}…</Waiting>;
  return (
    <SiteDirectoryProvider>
      <MessagesScreen api={api} user={user} onRestart={() => setAttempt(attempt + 1)} />
    </SiteDirectoryProvider>
  );
}
