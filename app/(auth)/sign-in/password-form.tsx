"use client";

import { signIn } from "next-auth/react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/lib/ui/button.tsx";
import { TextField } from "@/lib/ui/field.tsx";
import { Notice } from "@/lib/ui/notice.tsx";
import { signInWith } from "./sign-in-with.ts";

interface PasswordFormProps {
  readonly destination: string;
  readonly returnedError: string | null;
  /** What the organisation's own sign-in is called; null where there is none. */
  readonly oidcName: string | null;
}

/** Outside demonstration mode: user name and password, or the organisation's own service where one is configured. */
export function PasswordForm({ destination, returnedError, oidcName }: PasswordFormProps) {
  const t = useTranslations("signIn");
  const [problem, setProblem] = useState<string | null>(returnedError ? t("error.oidc") : null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const handle = String(form.get("handle") ?? "").trim();
    const password = String(form.get("password") ?? "");
    if (handle === "" || password === "") {
      setProblem(t("error.empty"));
      return;
    }
    setBusy(true);
    const failure = await signInWith("password", { handle, password });
    if (failure === null) {
      window.location.assign(destination);
      return;
    }
    setBusy(false);
    setProblem(t(`error.${failure}`));
  }

  return (
    <div className="grid w-full max-w-sm gap-5">
      {problem ? <Notice tone="alarm" icon="alarm" title={problem} urgent /> : null}
      <form onSubmit={submit} className="grid gap-4">
        <TextField
          label={t("handle")}
          name="handle"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
        />
        <TextField label={t("password")} name="password" type="password" autoComplete="current-password" />
        <Button type="submit" tone="primary" busy={busy}>
          {busy ? t("checking") : t("submit")}
        </Button>
      </form>
      {oidcName ? (
        <>
          <p className="flex items-center gap-3 text-sm text-ink-faint before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            {t("or")}
          </p>
          <Button icon="globe" onClick={() => void signIn("oidc", { callbackUrl: destination })}>
            {t("oidc")}: {oidcName}
          </Button>
        </>
      ) : null}
    </div>
  );
}
