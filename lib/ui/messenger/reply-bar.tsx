"use client";

import { useTranslations } from "next-intl";
import type { MessageView } from "../../messenger/messenger-api.ts";
import { IconButton } from "../button.tsx";
import { usePostName } from "../use-post-name.ts";

/** Above the box: which message the next one answers. */
export function ReplyBar({ message, onStop }: { message: MessageView; onStop: () => void }) {
  const t = useTranslations("content");
  const sender = usePostName()(message.sender.name).whole;
  const { content } = message;
  const words = content.kind === "formal" ? content.subject : message.text;
  return (
    <div className="flex items-start gap-2 border-l-3 border-accent bg-sunken py-1 pr-1 pl-2 text-sm">
      <div className="min-w-0 flex-1">
        <p className="font-medium">{t("replying", { name: sender })}</p>
        <p className="truncate text-ink-soft">{words}</p>
      </div>
      <IconButton icon="close" size="small" label={t("replyStop")} onClick={onStop} />
    </div>
  );
}
