"use client";

import { useTranslations } from "next-intl";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type {
  ConversationView,
  EngineState,
  Level,
  MessageView,
  MessengerApi,
  SuiteName,
} from "@/lib/messenger/messenger-api.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { lazily } from "@/lib/ui/lazily.tsx";
import { Classification } from "@/lib/ui/messenger/classification.tsx";
import type { Draft } from "@/lib/ui/messenger/composer.tsx";
import { MessageDesk } from "@/lib/ui/messenger/message-content-desk.tsx";
import { Thread, type ThreadPlace } from "@/lib/ui/messenger/thread.tsx";
import { Empty, Notice } from "@/lib/ui/notice.tsx";
import { usePostName } from "@/lib/ui/use-post-name.ts";
import { ConversationComposer } from "./conversation-composer.tsx";
import { ConversationHeader } from "./conversation-header.tsx";

const SafetyDialog = lazily(() =>
  import("@/lib/ui/messenger/safety-dialog.tsx").then((part) => part.SafetyDialog),
);

const SearchDialog = lazily(() =>
  import("@/lib/ui/messenger/search-dialog.tsx").then((part) => part.SearchDialog),
);
const ContentSettings = lazily(() =>
  import("@/lib/ui/messenger/message-content-settings.tsx").then((part) => part.ContentSettings),
);
const StructuredForm = lazily(() =>
  import("@/lib/ui/messenger/structured-form.tsx").then((part) => part.StructuredForm),
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
  readonly onMembers: () => void;
  /** Where its thread shall go. */
  readonly place: ThreadPlace | null;
  readonly onGoTo: (conversation: string, at: string | number) => void;
  readonly onBack: () => void;
}

export function ConversationPane(props: ConversationPaneProps) {
  const { api, conversation, cardOf, onKeyCard } = props;
  const t = useTranslations("messages");
  const engine = useTranslations("engine");
  const [highest, setHighest] = useState<Level>(0);
  const [comparing, setComparing] = useState(false);
  const [unreadAtOpen] = useState(conversation.unread);
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

  // The same for as long as the conversation is open: rows whose message did not change are not drawn again.
  const card = useRef({ cardOf, onKeyCard });
  card.current = { cardOf, onKeyCard };
  const openCard = useCallback((message: MessageView) => {
    opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    card.current.onKeyCard(card.current.cardOf === message.id ? null : message.id);
  }, []);
  const retry = useCallback(
    (message: MessageView, suite?: SuiteName) => void api.retry(message.id, suite).catch(() => undefined),
    [api],
  );
  const cancel = useCallback(
    (message: MessageView) => void api.cancel(message.id).catch(() => undefined),
    [api],
  );

  const { onGoTo } = props;
  const goTo = useCallback((message: string) => onGoTo(conversation.id, message), [onGoTo, conversation.id]);
  const [answered, setAnswered] = useState<MessageView | null>(null);
  const [opened, setOpened] = useState<"search" | "settings" | "kinds" | null>(null);
  const [kindsIn, setKindsIn] = useState<{ suite: SuiteName; level: Level } | null>(null);
  const [written, setWritten] = useState(props.draft.level);
  const closeDialog = () => setOpened(null);
  const { group } = conversation;
  const empty = useMemo(
    () => (
      <Empty icon="key" title={t("start")}>
        {group ? t("startGroup") : t("startText")}
      </Empty>
    ),
    [t, group],
  );

  const banner = Math.max(highest, conversation.left ? 0 : written) as Level;
  return (
    <section aria-label={conversation.title} className="flex min-h-0 min-w-0 flex-col">
      <ConversationHeader
        api={api}
        self={props.self}
        conversation={conversation}
        onBack={props.onBack}
        onVerify={() => setComparing(true)}
        onSearch={() => setOpened("search")}
        onSettings={() => setOpened("settings")}
        onMembers={props.onMembers}
      />
      <Classification level={banner} />
      {props.state.phase === "offline" ? (
        <Notice tone="warn" icon="alarm" title={engine("offline")}>
          {engine("offlineText")}
        </Notice>
      ) : null}
      {away && !conversation.left ? <Away conversation={conversation} /> : null}
      <MessageDesk api={api} onReply={setAnswered} onGoTo={goTo}>
        <Thread
          api={api}
          conversation={conversation.id}
          title={conversation.title}
          unread={unreadAtOpen}
          selected={cardOf}
          onKeyCard={openCard}
          onRetry={retry}
          onCancel={cancel}
          group={conversation.group}
          onLevel={setHighest}
          place={props.place}
          empty={empty}
        />
      </MessageDesk>
      {conversation.left ? (
        <Notice tone="idle" icon="people" title={t("left")}>
          {t("leftText")}
        </Notice>
      ) : (
        <ConversationComposer
          api={api}
          conversation={conversation}
          begunWith={props.draft}
          onDraft={(draft) => {
            setWritten(draft.level);
            props.onDraft(draft);
          }}
          answered={answered}
          onAnswered={() => setAnswered(null)}
          onKinds={(chosen) => {
            setKindsIn(chosen);
            setOpened("kinds");
          }}
        />
      )}
      <Classification level={banner} />
      {opened === "search" ? (
        <SearchDialog api={api} conversation={conversation.id} onGoTo={onGoTo} onClose={closeDialog} />
      ) : null}
      {opened === "settings" ? (
        <ContentSettings api={api} conversation={conversation} onClose={closeDialog} />
      ) : null}
      {opened === "kinds" && kindsIn ? (
        <StructuredForm api={api} conversation={conversation.id} onClose={closeDialog} {...kindsIn} />
      ) : null}
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

/** Members without a device: a conversation of two waits for it, in a group the others read without them. */
function Away({ conversation }: { conversation: ConversationView }) {
  const t = useTranslations("messages");
  const postName = usePostName();
  const { withoutDevice, members } = conversation;
  const names = members.filter(({ user }) => withoutDevice.includes(user)).map(({ name }) => name);
  if (conversation.group)
    return (
      <p className="flex items-start gap-2 border-b border-line bg-sunken px-4 py-1 text-sm text-ink-soft">
        <Icon name="device" className="mt-0.5 size-3.5" />
        {t("noDeviceSome", {
          names: names.map((name) => postName(name).place).join(", "),
          count: names.length,
        })}
      </p>
    );
  return (
    <Notice tone="idle" icon="device" title={t("noDevice")}>
      {t("noDeviceText", { name: postName(conversation.title).whole })}
    </Notice>
  );
}
