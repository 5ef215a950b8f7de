"use client";

import { useTranslations } from "next-intl";
import type { MessengerApi } from "../../messenger/messenger-api.ts";
import { useQuantity } from "../format/use-quantity.ts";
import { Icon } from "../icon.tsx";
import { type MessageActions, MessageRow } from "./message-row.tsx";
import type { ThreadItem } from "./thread-items.ts";
import { TimelineRow } from "./timeline-row.tsx";

interface ThreadRowProps extends MessageActions {
  readonly api: MessengerApi;
  readonly item: ThreadItem;
  readonly selected: string | null;
  readonly group?: boolean;
}

/** One row of a conversation's history: a message, or what stands between messages. */
export function ThreadRow({ item, ...props }: ThreadRowProps) {
  const t = useTranslations("messages");
  const quantity = useQuantity();
  if (item.kind === "message") {
    return (
      <MessageRow
        api={props.api}
        message={item.message}
        first={item.first}
        selected={props.selected === item.message.id}
        onKeyCard={props.onKeyCard}
        onRetry={props.onRetry}
        onCancel={props.onCancel}
      />
    );
  }
  if (item.kind === "event") return <TimelineRow event={item.event} />;
  if (item.kind === "start") {
    return (
      <p className="px-4 pt-6 pb-2 text-center text-sm text-ink-soft">
        <span className="block font-medium text-ink">{t("start")}</span>
        {props.group ? t("startGroup") : t("startText")}
      </p>
    );
  }
  if (item.kind === "gap") {
    return (
      <p className="mx-4 mt-3 flex items-center gap-2 text-sm text-warn">
        <Icon name="alarm" />
        {t("gap")}
      </p>
    );
  }
  const text =
    item.kind === "day"
      ? quantity.day(item.at)
      : `${t("newDivider")} · ${t("newMessages", { count: item.count })}`;
  const look =
    item.kind === "day"
      ? "text-ink-faint before:bg-line after:bg-line"
      : "text-accent before:bg-accent after:bg-accent";
  return (
    <p
      className={`mx-4 mt-4 flex items-center gap-3 text-xs font-medium before:h-px before:flex-1 after:h-px after:flex-1 ${look}`}
    >
      {text}
    </p>
  );
}
