"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { Messages } from "./i18n/messages.ts";
import { Tip } from "./tip.tsx";

/** A technical word with its one-line explanation on hover and focus. */
export function Term({ name, children }: { name: keyof Messages["terms"]; children: ReactNode }) {
  const t = useTranslations("terms");
  return (
    <Tip
      text={t(name)}
      className="cursor-help rounded-sm text-left underline decoration-line-strong decoration-dotted underline-offset-3"
    >
      {children}
    </Tip>
  );
}
