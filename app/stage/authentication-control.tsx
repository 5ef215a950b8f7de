"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/lib/ui/button.tsx";
import type { PanelProps } from "./panel-props.ts";

/** Whether the link's ends check each other's messages: a switch that only a demonstration has. */
export function AuthenticationControl({ link, status, act, busy, disabled }: PanelProps) {
  const t = useTranslations("stage");
  const on = status?.authenticated ?? true;
  return (
    <>
      <Button
        tone={on ? "danger" : "plain"}
        icon={on ? "failed" : "shieldCheck"}
        size="small"
        busy={busy}
        disabled={disabled}
        aria-describedby="stage-authentication-hint"
        onClick={() =>
          void act(
            "link.authentication",
            { link, on: !on },
            { kind: on ? "authenticationOff" : "authenticationOn", link },
          )
        }
      >
        {t(on ? "authenticationOff" : "authenticationOn")}
      </Button>
      <p
        id="stage-authentication-hint"
        className={on ? "sr-only" : "order-last basis-full text-sm text-ink-soft"}
      >
        {t("authenticationHint")}
      </p>
    </>
  );
}
