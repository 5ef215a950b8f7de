"use client";

import { useTranslations } from "next-intl";
import type { MessageView } from "../../messenger/messenger-api.ts";
import { useMessageDesk } from "./message-content-desk.tsx";
import { reactionName } from "./reaction-names.ts";

/** Who reacted how, one chip for each sign. */
export function ReactionChips({ message }: { message: MessageView }) {
  const t = useTranslations("content");
  const begin = useMessageDesk();
  if (message.reactions.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-1 pt-1">
      {message.reactions.map(({ emoji, users, mine }) => {
        const name = reactionName(emoji);
        const said = name ? t(`emoji.${name}`) : t("emoji.other", { emoji });
        const label = t("reactedBy", { name: said, people: users.join(", ") });
        return (
          <li key={emoji}>
            <button
              type="button"
              title={label}
              aria-label={label}
              data-reaction={emoji}
              disabled={begin === null}
              onClick={() => begin?.("react", message)}
              className={`inline-flex min-h-6 items-center gap-1 rounded-full border px-2 text-sm ${mine ? "border-accent bg-accent-wash" : "border-line bg-surface"}`}
            >
              <span aria-hidden="true">{emoji}</span>
              <span aria-hidden="true" className="text-xs text-ink-soft">
                {users.length}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
