"use client";

import { useTranslations } from "next-intl";
import { useCallback, useEffect, useRef, useState } from "react";
import type {
  ConversationView,
  EngineState,
  MessageView,
  MessengerApi,
  SuiteName,
} from "@/lib/messenger/messenger-api.ts";
import { Badge } from "@/lib/ui/badge.tsx";
import { Button, IconButton } from "@/lib/ui/button.tsx";
import { lazily } from "@/lib/ui/lazily.tsx";
import { Classification } from "@/lib/ui/messenger/classification.tsx";
import { Composer, type Draft } from "@/lib/ui/messenger/composer.tsx";
import { Thread } from "@/lib/ui/messenger/thread.tsx";
import { useTyping } from "@/lib/ui/messenger/use-typing.ts";
import { useSites } from "@/lib/ui/network/site-directory.ts";
import { Empty, Notice } from "@/lib/ui/notice.tsx";
import { useCountryName } from "@/lib/ui/use-country-name.ts";
import { usePostName } from "@/lib/ui/use-post-name.ts";

const SafetyDialog = lazily(() =>
  import("@/lib/ui/messenger/safety-dialog.tsx").then((part) => part.SafetyDialog),
);

interface ConversationPaneProps {
  readonly api: MessengerApi;
  readonly self: string;
  readonly state: EngineState;
  readonly conversation: ConversationView;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
  readonly cardOf: string | null;
  readonly onKeyCard: (message: string | null) => void;
  readonly onBack: () => void;
}

export function ConversationPane(props: ConversationPaneProps) {
  const { api, conversation, cardOf, onKeyCard } = props;
  const t = useTranslations("messages");
  const engine = useTranslations("engine");
  const common = useTranslations("common");
  const sites = useSites();
  const countryName = useCountryName();
  const [comparing, setComparing] = useState(false);
  const [unreadAtOpen] = useState(conversation.unread);
  const typing = useTyping(api, conversation.id);
  const away = conversation.withoutDevice.length > 0;
  const opener = useRef<HTMLElement | null>(null);

  // For every new view, not only for a new count: one message read and the next arrived leave the same count.
  useEffect(() => {
    if (conversation.unread === 0) return;
    const seen = () => {
      if (document.visibilityState === "visible") void api.markRead(conversation.id).catch(() => undefined);
    };
    seen();
    document.addEventListener("visibilitychange", seen);
    return () => document.removeEventListener("visibilitychange", seen);
  }, [api, conversation]);

  useEffect(() => {
    if (cardOf === null) opener.current?.focus();
  }, [cardOf]);

  const openCard = useCallback(
    (message: MessageView) => {
      opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
      onKeyCard(cardOf === message.id ? null : message.id);
    },
    [cardOf, onKeyCard],
  );
  const retry = useCallback(
    (message: MessageView, suite?: SuiteName) => void api.retry(message.id, suite).catch(() => undefined),
    [api],
  );
  const cancel = useCallback(
    (message: MessageView) => void api.cancel(message.id).catch(() => undefined),
    [api],
  );

  const { place, title } = usePostName()(conversation.title);
  const countries = conversation.members
    .filter((member) => member.user !== props.self)
    .map((member) => countryName(sites.get(member.site)?.country ?? ""));
  return (
    <section aria-label={conversation.title} className="flex min-h-0 min-w-0 flex-col">
      <header className="flex min-h-12 items-center gap-2 bg-surface px-2 py-1 md:px-4">
        <IconButton icon="back" label={common("back")} onClick={props.onBack} className="md:hidden" />
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold">{place}</h2>
          <p className="h-4 truncate text-xs leading-4 text-ink-soft">
            {typing ? t("typing", { name: place }) : [title, ...countries].filter(Boolean).join(" · ")}
          </p>
        </div>
        {conversation.verified ? (
          <button type="button" onClick={() => setComparing(true)} className="rounded-sm text-sm">
            <Badge tone="ok" icon="shieldCheck">
              {t("verified")}
            </Badge>
          </button>
        ) : (
          <Button size="small" tone="quiet" icon="shield" onClick={() => setComparing(true)}>
            {t("verify")}
          </Button>
        )}
      </header>
      <Classification level={0} />
      {props.state.phase === "offline" ? (
        <Notice tone="warn" icon="alarm" title={engine("offline")}>
          {engine("offlineText")}
        </Notice>
      ) : null}
      {away ? (
        <Notice tone="idle" icon="device" title={t("noDevice")}>
          {t("noDeviceText", { name: conversation.title })}
        </Notice>
      ) : null}
      <Thread
        api={api}
        conversation={conversation.id}
        title={conversation.title}
        unread={unreadAtOpen}
        selected={cardOf}
        onKeyCard={openCard}
        onRetry={retry}
        onCancel={cancel}
        empty={
          <Empty icon="key" title={t("start")}>
            {t("startText")}
          </Empty>
        }
      />
      <Composer
        api={api}
        conversation={conversation.id}
        title={conversation.title}
        draft={props.draft}
        onDraft={props.onDraft}
      />
      <Classification level={0} />
      {comparing ? (
        <SafetyDialog
          api={api}
          conversation={conversation.id}
          name={conversation.title}
          onClose={() => setComparing(false)}
        />
      ) : null}
    </section>
  );
}
