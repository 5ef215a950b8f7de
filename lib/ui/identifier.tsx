"use client";

import { useTranslations } from "next-intl";
import { Tooltip } from "radix-ui";
import { useState } from "react";
import { groupIdentifier } from "./format/group-identifier.ts";
import { Icon } from "./icon.tsx";

/** An identifier in mono, shortened; the whole on hover and focus, copied by pressing it. */
export function Identifier({ value, length = 8 }: { value: string; length?: number }) {
  const t = useTranslations("common");
  const [copied, setCopied] = useState(false);
  const groups = groupIdentifier(value);
  async function copy() {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    } catch {
      setCopied(false);
    }
  }
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <button
          type="button"
          onClick={copy}
          aria-label={t("wholeId", { id: value })}
          className="rounded-sm font-mono text-sm whitespace-nowrap text-ink underline decoration-line-strong decoration-dotted underline-offset-3"
        >
          {groupIdentifier(value.replaceAll("-", "").slice(0, length))}…
        </button>
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          sideOffset={4}
          className="z-50 max-w-xs rounded-md bg-ink px-3 py-2 text-paper shadow-over"
        >
          <span className="block font-mono text-sm break-words">{groups}</span>
          <span className="mt-1 flex items-center gap-1.5 text-xs">
            <Icon name={copied ? "check" : "copy"} className="size-3" />
            {copied ? t("copied") : t("copy")}
          </span>
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
