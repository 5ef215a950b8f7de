"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/lib/ui/button.tsx";
import { useEngine } from "@/lib/ui/messenger/use-engine.ts";
import { Empty, Waiting } from "@/lib/ui/notice.tsx";
import type { SessionUser } from "@/lib/ui/session-user.ts";
import { VaultScreen } from "./vault-screen.tsx";

/** The vault of the signed-in post, over the same device as its messages. */
export function LiveVault({ user }: { user: SessionUser }) {
  const t = useTranslations();
  const [attempt, setAttempt] = useState(0);
  const again = () => setAttempt(attempt + 1);
  const identity = { user: { id: user.id, name: user.name, site: user.site }, profile: "default" };
  const { api, problem } = useEngine(identity, attempt);
  if (problem === "unsupported") {
    return (
      <Empty icon="shield" title={t("engine.unsupported")}>
        {t("engine.unsupportedText")}
      </Empty>
    );
  }
  if (problem === "unreachable") {
    const retry = (
      <Button tone="primary" icon="refresh" onClick={again}>
        {t("common.retry")}
      </Button>
    );
    return <Empty icon="server" title={t("errors.offline")} actions={retry} />;
  }
  if (api === null) return <Waiting>{t("engine.starting")}…</Waiting>;
  return <VaultScreen api={api} name={user.name} onRestart={again} />;
}
