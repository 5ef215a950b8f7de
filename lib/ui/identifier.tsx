"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { groupIdentifier } from "./format/group-identifier.ts";
import { Icon } from "./icon.tsx";
import { Tip } from "./tip.tsx";

/** An identifier in mono, shortened; the whole on hover and focus, copied by pressing it. */
export function Identifier({ value, length = 8 }: { value: string; length?: number }) {
  const t = useTranslations("common");
  const [copied, setCopied] = useState(false);
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
    <Tip
      onClick={copy}
      aria-label={t("wholeId", { id: value })}
      className="rounded-sm font-mono text-sm whitespace-nowrap text-ink underline decoration-line-strong decoration-dotted underline-offset-3"
      text={
        <>
          <span className="block font-mono text-sm break-words">{groupIdentifier(value)}</span>
          <span className="mt-1 flex items-center gap-1.5 text-xs">
            <Icon name={copied ? "check" : "copy"} className="size-3" />
            {copied ? t("copied") : t("copy")}
          </span>
        </>
      }
    >
      {groupIdentifier(value.replaceAll("-", "").slice(0, length))}…
    </Tip>
  );
}
