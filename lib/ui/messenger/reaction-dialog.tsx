"use client";

import { useTranslations } from "next-intl";
import { reactionPalette } from "../../messenger/content/reactions.ts";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { useDeed } from "./message-content-deed.tsx";
import type { AboutMessage } from "./message-content-dialogs.tsx";
import { ChangePrice } from "./message-content-price.tsx";
import { reactionNames } from "./reaction-names.ts";

/** The palette, with the price of any of its signs. */
export function ReactionDialog({ api, message, onClose }: AboutMessage) {
  const t = useTranslations("content");
  const deed = useDeed(onClose);
  const own = message.reactions.find(({ mine }) => mine)?.emoji;
  return (
    <Dialog open onClose={onClose} title={t("reactTitle")}>
      <div className="flex flex-wrap gap-2">
        {reactionPalette.map((emoji) => {
          const name = t(`emoji.${reactionNames[emoji]}`);
          return (
            <Button
              key={emoji}
              aria-label={name}
              aria-pressed={own === emoji}
              title={name}
              onClick={() => deed.run(() => api.react(message.id, emoji))}
              className="aria-pressed:border-accent aria-pressed:bg-accent-wash"
            >
              <span aria-hidden="true" className="text-lg">
                {emoji}
              </span>
            </Button>
          );
        })}
      </div>
      {own ? (
        <span>
          <Button size="small" onClick={() => deed.run(() => api.react(message.id, null))}>
            {t("takeBack")}
          </Button>
        </span>
      ) : null}
      <ChangePrice api={api} change={{ kind: "react", message: message.id, emoji: reactionPalette[0] }} />
      {deed.failure}
    </Dialog>
  );
}
