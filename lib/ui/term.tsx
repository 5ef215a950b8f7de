"use client";

import { useTranslations } from "next-intl";
import { Tooltip } from "radix-ui";
import type { ReactNode } from "react";
import type { Messages } from "./i18n/messages.ts";

/** A technical word with its one-line explanation on hover and focus. */
export function Term({ name, children }: { name: keyof Messages["terms"]; children: ReactNode }) {
  const t = useTranslations("terms");
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <button
          type="button"
          className="cursor-help rounded-sm text-left underline decoration-line-strong decoration-dotted underline-offset-3"
        >
          {children}
        </button>
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-72 rounded-md bg-ink px-3 py-2 text-sm font-normal normal-case tracking-normal text-paper shadow-over"
        >
          {t(name)}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
