"use client";

import { type ReactNode, useEffect } from "react";
import { IntlProvider } from "../i18n/intl-provider.tsx";
import type { Locale } from "../i18n/locales.ts";
import type { Messages } from "../i18n/messages.ts";
import { LiveRegion } from "../live-region.tsx";

declare global {
  // Read by the scroll lock of dialogs when it adds its style element (get-nonce).
  var __webpack_nonce__: string | undefined;
}

export function Providers(props: { locale: Locale; messages: Messages; children: ReactNode }) {
  useEffect(() => {
    const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce;
    if (nonce) globalThis.__webpack_nonce__ = nonce;
  }, []);
  return (
    <IntlProvider locale={props.locale} messages={props.messages}>
      <LiveRegion>{props.children}</LiveRegion>
    </IntlProvider>
  );
}
