"use client";

import { useTranslations } from "next-intl";
import type { ConversationView } from "../../messenger/messenger-api.ts";
import { usePostName } from "../use-post-name.ts";

/** Who seems to write. It comes from the relay unproven, and its hover text says so. */
export function TypingHint(props: { conversation: ConversationView; users: readonly string[] }) {
  const { conversation, users } = props;
  const t = useTranslations("messages");
  const postName = usePostName();
  const [first] = users;
  const member = conversation.members.find(({ user }) => user === first);
  const name = member?.name ?? conversation.title;
  return (
    <span title={t("typingHint")} className="italic">
      {users.length > 1 ? t("typingSeveral") : t("typingNamed", { name: postName(name).place })}
      <span className="sr-only">{t("typingHint")}</span>
    </span>
  );
}
