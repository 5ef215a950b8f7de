"use client";

import { useTranslations } from "next-intl";
import type { ConversationView } from "@/lib/messenger/messenger-api.ts";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Icon, type IconName } from "@/lib/ui/icon.tsx";
import { usePostName } from "@/lib/ui/use-post-name.ts";

interface ConversationRowProps {
  readonly conversation: ConversationView;
  readonly here: boolean;
  /** What is being written there; null when nothing is, or it is open. */
  readonly draft: string | null;
  readonly onChoose: () => void;
}

/** One line of the list: who, when, what came last, and what waits. */
export function ConversationRow({ conversation, here, draft, onChoose }: ConversationRowProps) {
  const t = useTranslations("messages");
  const quantity = useQuantity();
  const postName = usePostName();
  const { group, title } = conversation;
  const unread = conversation.unread > 0;
  return (
    <button
      type="button"
      aria-current={here ? "true" : undefined}
      onClick={onChoose}
      data-conversation={conversation.id}
      className="grid w-full grid-cols-[minmax(0,1fr)] gap-0.5 border-b border-l-3 border-b-line border-l-transparent px-4 py-2 text-left hover:bg-sunken focus-visible:-outline-offset-2 aria-[current]:border-l-accent aria-[current]:bg-accent-wash"
    >
      <span className="flex items-baseline gap-2">
        {group ? <Mark icon="people" text={t("group")} /> : null}
        <span title={title} className={`min-w-0 flex-1 truncate ${unread ? "font-semibold" : "font-medium"}`}>
          {group ? title : postName(title).place}
        </span>
        {conversation.muted ? <Mark icon="bellOff" text={t("muted")} /> : null}
        {conversation.verified ? <Mark icon="shieldCheck" text={t("verified")} look="text-ok" /> : null}
        {conversation.lastAt === null ? null : (
          <span className="text-xs text-ink-soft">{quantity.shortClock(conversation.lastAt)}</span>
        )}
      </span>
      <span className="flex items-center gap-2 text-sm text-ink-soft">
        <span className={`min-w-0 flex-1 truncate ${unread ? "text-ink" : ""}`}>
          <LastLine conversation={conversation} draft={draft} />
        </span>
        {unread ? (
          <span className="min-w-5 rounded-full bg-accent px-1.5 text-center text-xs leading-5 font-semibold text-accent-ink">
            <span aria-hidden="true">{conversation.unread}</span>
            <span className="sr-only">{t("unread", { count: conversation.unread })}</span>
          </span>
        ) : null}
      </span>
    </button>
  );
}

/** The draft, or the last message; what is not a text is named by its kind. */
function LastLine({ conversation, draft }: { conversation: ConversationView; draft: string | null }) {
  const t = useTranslations("messages");
  const { lastKind, lastText } = conversation;
  if (draft)
    return (
      <>
        <span className="font-medium text-warn">{t("draft")}: </span>
        {draft}
      </>
    );
  if (conversation.left) return t("left");
  if (lastKind === null || lastKind === "text") return lastText ?? "";
  return [t(`kindName.${lastKind}`), lastText].filter(Boolean).join(": ");
}

function Mark({ icon, text, look = "text-ink-soft" }: { icon: IconName; text: string; look?: string }) {
  return (
    <span title={text} className={look}>
      <Icon name={icon} className="size-3.5 align-[-2px]" />
      <span className="sr-only">{text}</span>
    </span>
  );
}
