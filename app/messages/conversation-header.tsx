"use client";

import { useTranslations } from "next-intl";
import type { ConversationView, MessengerApi } from "@/lib/messenger/messenger-api.ts";
import { Badge } from "@/lib/ui/badge.tsx";
import { Button, IconButton } from "@/lib/ui/button.tsx";
import { PresenceHint } from "@/lib/ui/messenger/presence-hint.tsx";
import { TypingHint } from "@/lib/ui/messenger/typing-hint.tsx";
import { usePresence } from "@/lib/ui/messenger/use-presence.ts";
import { useTyping } from "@/lib/ui/messenger/use-typing.ts";
import { useSites } from "@/lib/ui/network/site-directory.ts";
import { useCountryName } from "@/lib/ui/use-country-name.ts";
import { usePostName } from "@/lib/ui/use-post-name.ts";

interface ConversationHeaderProps {
  readonly api: MessengerApi;
  readonly self: string;
  readonly conversation: ConversationView;
  readonly onBack: () => void;
  readonly onVerify: () => void;
  readonly onSearch: () => void;
  readonly onSettings: () => void;
  readonly onMembers: () => void;
}

/** With whom one writes: a post and its verification, or a group and its members. */
export function ConversationHeader(props: ConversationHeaderProps) {
  const { api, conversation } = props;
  const t = useTranslations("messages");
  const group = useTranslations("group");
  const content = useTranslations("content");
  const common = useTranslations("common");
  const { place, title } = usePostName()(conversation.title);
  const seen = usePresence(api, conversation.id);
  const typing = useTyping(api, conversation.id);
  const countries = useCountries(conversation, props.self);
  const under = conversation.group
    ? [
        group("open", { count: conversation.members.length }),
        group("countries", { count: new Set(countries).size }),
      ]
    : [title, ...countries];
  return (
    <header className="flex min-h-12 items-center gap-2 bg-surface px-2 py-1 md:px-4">
      <IconButton icon="back" label={common("back")} onClick={props.onBack} className="md:hidden" />
      <div className="min-w-0 flex-1">
        <h2 className="truncate font-semibold">{conversation.group ? conversation.title : place}</h2>
        <p className="h-4 truncate text-xs leading-4 text-ink-soft">
          {typing.length > 0 ? (
            <TypingHint conversation={conversation} users={typing} />
          ) : (
            <>
              <PresenceHint seen={seen} group={conversation.group} />
              {under.filter(Boolean).join(" · ")}
            </>
          )}
        </p>
      </div>
      <IconButton icon="search" size="small" label={content("search")} onClick={props.onSearch} />
      <IconButton icon="menu" size="small" label={content("settings")} onClick={props.onSettings} />
      {conversation.group ? (
        <Button size="small" tone="quiet" icon="people" onClick={props.onMembers}>
          <span className="max-sm:sr-only">{group("people")}</span>
        </Button>
      ) : conversation.verified ? (
        <button type="button" onClick={props.onVerify} className="rounded-sm text-sm">
          <Badge tone="ok" icon="shieldCheck">
            {t("verified")}
          </Badge>
        </button>
      ) : (
        <Button size="small" tone="quiet" icon="shield" onClick={props.onVerify}>
          <span className="max-sm:sr-only">{t("verify")}</span>
        </Button>
      )}
    </header>
  );
}

/** Countries of the members; in a conversation of two, of the other one. */
function useCountries({ members, group }: ConversationView, self: string): readonly string[] {
  const sites = useSites();
  const countryName = useCountryName();
  return members
    .filter((member) => group || member.user !== self)
    .map((member) => countryName(sites.get(member.site)?.country ?? ""));
}
