"use client";

import { useTranslations } from "next-intl";
import type { MessageView } from "../../messenger/messenger-api.ts";
import type { IconName } from "../icon.tsx";
import { Icon } from "../icon.tsx";
import { type MessageDeed, useMessageDesk } from "./message-content-desk.tsx";

const icons: Readonly<Record<MessageDeed, IconName>> = {
  reply: "reply",
  react: "smile",
  edit: "pencil",
  remove: "failed",
  acknowledge: "checkDouble",
};
const answerable = new Set(["formal", "order", "telemetry", "payment"]);
const unsent = new Set(["waiting-for-key", "waiting-for-device", "drawing", "cancelled", "failed"]);

/** What can be done with a message that is sent and open; nothing is offered that the rules refuse. */
function deedsOf(message: MessageView): readonly MessageDeed[] {
  const { content, mine, delivery, problem } = message;
  if (problem || content.kind === "deleted" || content.kind === "unknown" || content.kind === "closed")
    return [];
  if (delivery && unsent.has(delivery.state)) return [];
  if (content.kind === "acknowledgement") return ["reply"];
  const deeds: MessageDeed[] = ["reply", "react"];
  if (!mine && answerable.has(content.kind)) deeds.push("acknowledge");
  if (mine && content.kind === "text") deeds.push("edit");
  if (mine) deeds.push("remove");
  return deeds;
}

export function MessageContentActions({ message }: { message: MessageView }) {
  const t = useTranslations("content");
  const begin = useMessageDesk();
  const deeds = begin ? deedsOf(message) : [];
  if (begin === null || deeds.length === 0) return null;
  return (
    <span className="inline-flex text-ink-faint group-hover:text-ink-soft focus-within:text-ink-soft">
      {deeds.map((deed) => (
        <button
          key={deed}
          type="button"
          title={t(deed)}
          aria-label={t(deed)}
          onClick={() => begin(deed, message)}
          className="inline-grid min-h-6 min-w-6 place-items-center rounded-sm hover:bg-sunken hover:text-ink"
        >
          <Icon name={icons[deed]} className="size-3.5" />
        </button>
      ))}
    </span>
  );
}
