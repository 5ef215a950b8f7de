"use client";

import { useTranslations } from "next-intl";
import { Waiting } from "@/lib/ui/notice.tsx";
import { useRuntimeConfig } from "@/lib/ui/runtime-config.ts";
import type { SessionUser } from "@/lib/ui/session-user.ts";
import { doorOf } from "@/lib/ui/sign-in/destination.ts";
import { PasswordForm } from "./password-form.tsx";
import { PostChooser } from "./post-chooser.tsx";

interface SignInScreenProps {
  readonly destination: string;
  readonly user: SessionUser | null;
  readonly askedPost: string | null;
  readonly returnedError: string | null;
}

export function SignInScreen(props: SignInScreenProps) {
  const t = useTranslations();
  const config = useRuntimeConfig();
  return (
    <div className="mx-auto grid w-full max-w-6xl flex-1 content-start gap-6 px-4 py-8 sm:px-8">
      <h1 className="text-2xl font-semibold tracking-tight">
        {t("signIn.title")}{" "}
        <span className="font-normal text-ink-soft">{t(`signIn.to.${doorOf(props.destination)}`)}</span>
      </h1>
      {config === null ? (
        <Waiting>{t("common.loading")}</Waiting>
      ) : config.demo ? (
        <PostChooser {...props} />
      ) : (
        <PasswordForm
          destination={props.destination}
          returnedError={props.returnedError}
          oidcName={config.oidc?.name ?? null}
        />
      )}
    </div>
  );
}
