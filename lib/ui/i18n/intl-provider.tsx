"use client";

import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { formatTags, type Locale } from "./locales.ts";
import type { Messages } from "./messages.ts";

/** A client module, so that next-intl needs no server-side request configuration. */
export function IntlProvider(props: { locale: Locale; messages: Messages; children: ReactNode }) {
  return (
    <NextIntlClientProvider
      locale={formatTags[props.locale]}
      messages={props.messages}
      timeZone={Intl.DateTimeFormat().resolvedOptions().timeZone}
    >
      {props.children}
    </NextIntlClientProvider>
  );
}
