"use client";

import { useTranslations } from "next-intl";
import type { TimelineView } from "../../messenger/messenger-api.ts";
import { useQuantity } from "../format/use-quantity.ts";
import { Icon, type IconName } from "../icon.tsx";
import { usePostName } from "../use-post-name.ts";

const icons: Readonly<Record<TimelineView["kind"], IconName>> = {
  created: "people",
  added: "plus",
  removed: "minus",
  left: "arrowRight",
  role: "shield",
  "device-added": "device",
  "device-removed": "device",
  renamed: "pencil",
  timer: "clock",
};

/** One thing that happened to the conversation, in a quiet line between the messages. */
export function TimelineRow({ event }: { event: TimelineView }) {
  const t = useTranslations("timeline");
  const quantity = useQuantity();
  const text = useTimelineText()(event);
  return (
    <div data-event={event.kind} className="mx-auto grid max-w-prose justify-items-center px-4 pt-3 text-sm">
      <p className="text-center text-ink-soft">
        <Icon name={icons[event.kind]} className="mr-1.5 size-3.5 align-[-2px] text-ink-faint" />
        {text}
        <time dateTime={new Date(event.at).toISOString()} className="ml-2 text-xs text-ink-faint">
          {quantity.shortClock(event.at)}
        </time>
      </p>
      {event.historyBegins ? (
        <p className="mt-2 w-full border-t border-line-strong pt-1 text-center text-xs font-medium text-ink">
          {t("historyBegins")}
        </p>
      ) : null}
    </div>
  );
}

/** The sentence for what happened, in the reader's language. */
function useTimelineText(): (event: TimelineView) => string {
  const t = useTranslations("timeline");
  const quantity = useQuantity();
  const postName = usePostName();
  return (event) => {
    const name = (who: string | null) => (who === null ? t("someone") : postName(who).place);
    const names = { actor: name(event.actor), subject: name(event.subject) };
    const text = event.text ?? "";
    switch (event.kind) {
      case "created":
        return text === "" ? t("createdPlain", names) : t("created", { ...names, text });
      case "added":
        return t("added", names);
      case "removed":
        return t("removed", names);
      case "left":
        return t("left", names);
      case "role":
        return text === "moderator" ? t("moderator", names) : t("member", names);
      case "device-added":
        return t("deviceAdded", names);
      case "device-removed":
        return t("deviceRemoved", names);
      case "renamed":
        return t("renamed", { ...names, text });
      case "timer": {
        const seconds = Number(text);
        return seconds > 0
          ? t("timerOn", { ...names, duration: quantity.duration(1000 * seconds) })
          : t("timerOff", names);
      }
    }
  };
}
