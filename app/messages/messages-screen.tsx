"use client";

import { useTranslations } from "next-intl";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type {
  ConversationView,
  EngineState,
  MessengerApi,
  MessengerEvents,
} from "@/lib/messenger/messenger-api.ts";
import { lazily } from "@/lib/ui/lazily.tsx";
import { useAnnounce } from "@/lib/ui/live-region.tsx";
import { type Draft, emptyDraft } from "@/lib/ui/messenger/composer.tsx";
import { blocksScreen, EngineNotice } from "@/lib/ui/messenger/engine-notice.tsx";
import type { ThreadPlace } from "@/lib/ui/messenger/thread.tsx";
import { useMessengerQuery } from "@/lib/ui/messenger/use-messenger-query.ts";
import { useNotifications } from "@/lib/ui/messenger/use-notifications.ts";
import { useOwnPresence } from "@/lib/ui/messenger/use-presence.ts";
import { Empty, Waiting } from "@/lib/ui/notice.tsx";
import { ConversationPane } from "./conversation-pane.tsx";
import { ConversationSidebar } from "./conversation-sidebar.tsx";
import { useChosenConversation } from "./use-chosen-conversation.ts";

interface MessagesScreenProps {
  readonly api: MessengerApi;
  readonly user: { readonly id: string; readonly name: string };
  readonly onRestart: () => void;
}

const KeyCard = lazily(() => import("@/lib/ui/messenger/key-card.tsx").then((part) => part.KeyCard));

const GroupPanel = lazily(() => import("@/lib/ui/messenger/group-panel.tsx").then((part) => part.GroupPanel));

/** What stands beside the conversation. */
type Side = { readonly kind: "card"; readonly message: string } | { readonly kind: "members" };

const loadState = (api: MessengerApi): Promise<EngineState> => api.state();
const loadConversations = (api: MessengerApi): Promise<readonly ConversationView[]> => api.conversations();
const isState = (event: MessengerEvents) => event.type === "state";
const isList = (event: MessengerEvents) => event.type !== "typing" && event.type !== "file";

/** List, conversation and key card side by side; on a narrow screen one at a time. */
export function MessagesScreen({ api, user, onRestart }: MessagesScreenProps) {
  const t = useTranslations("messages");
  const { value: state } = useMessengerQuery(api, loadState, isState);
  const { value: conversations, error: failure } = useMessengerQuery(api, loadConversations, isList);
  const [chosen, choose] = useChosenConversation();
  const [side, setSide] = useState<Side | null>(null);
  const [place, setPlace] = useState<(ThreadPlace & { readonly conversation: string }) | null>(null);
  const goTo = useCallback(
    (conversation: string, at: string | number) => {
      setPlace({ conversation, at });
      if (chosen !== conversation) choose(conversation);
    },
    [choose, chosen],
  );
  const drafts = useRef(new Map<string, Draft>());
  const verified = useMemo(() => verifiedUsers(conversations, user.id), [conversations, user.id]);
  const cardOf = side?.kind === "card" ? side.message : null;
  useAnnouncedMessages(conversations, chosen);
  useNotifications(conversations, choose);
  useOwnPresence(api, state?.phase);

  async function erase() {
    await api.forget().catch(() => undefined);
    onRestart();
  }

  async function write(other: string) {
    const opened = await api.openConversation(other).catch(() => null);
    if (opened === null) return;
    setSide(null);
    choose(opened);
  }

  if (state === undefined) return <Waiting>{t("opening")}</Waiting>;
  if (blocksScreen(state)) {
    return (
      <EngineNotice
        api={api}
        state={state}
        name={user.name}
        onErase={() => void erase()}
        onRetry={onRestart}
      />
    );
  }
  const conversation = conversations?.find((one) => one.id === chosen);
  return (
    <div
      data-fills-window=""
      className={`relative grid min-h-0 flex-1 grid-rows-[minmax(0,1fr)] md:grid-cols-[18rem_minmax(0,1fr)] lg:grid-cols-[20rem_minmax(0,1fr)] ${
        side && conversation ? "xl:grid-cols-[20rem_minmax(0,1fr)_24rem]" : ""
      }`}
    >
      <h1 className="sr-only">{t("title")}</h1>
      <ConversationSidebar
        api={api}
        self={user.id}
        state={state}
        conversations={conversations}
        chosen={chosen}
        failure={failure}
        draftOf={({ id, draft }) => drafts.current.get(id)?.text ?? draft}
        onChoose={(next) => {
          setSide(null);
          choose(next);
        }}
        className={chosen ? "hidden md:flex" : "flex"}
      />
      {conversation ? (
        <ConversationPane
          key={conversation.id}
          api={api}
          self={user.id}
          state={state}
          conversation={conversation}
          draft={drafts.current.get(conversation.id) ?? emptyDraft}
          onDraft={(draft) => drafts.current.set(conversation.id, draft)}
          cardOf={cardOf}
          onKeyCard={(message) => setSide(message === null ? null : { kind: "card", message })}
          place={place?.conversation === conversation.id ? place : null}
          onGoTo={goTo}
          onMembers={() => setSide((now) => (now?.kind === "members" ? null : { kind: "members" }))}
          onBack={() => {
            setSide(null);
            choose(null);
          }}
        />
      ) : (
        <div className={`${chosen ? "grid" : "hidden md:grid"} place-content-center`}>
          {chosen && conversations === undefined ? (
            <Waiting>{t("opening")}</Waiting>
          ) : (
            <Empty icon="envelope" title={t("choose")}>
              {t("chooseText")}
            </Empty>
          )}
        </div>
      )}
      {side && conversation ? (
        <div className="fixed inset-0 z-30 md:absolute md:left-auto md:w-96 md:border-l md:border-line md:shadow-over xl:static xl:w-auto xl:min-h-0 xl:shadow-none">
          {side.kind === "card" ? (
            <KeyCard api={api} message={side.message} onClose={() => setSide(null)} />
          ) : conversation.group ? (
            <GroupPanel
              api={api}
              self={user.id}
              group={conversation}
              verified={verified}
              onClose={() => setSide(null)}
              onWrite={(other) => void write(other)}
            />
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

/** Whom this person compared: said of the conversation of two, shown in groups too. */
function verifiedUsers(
  conversations: readonly ConversationView[] | undefined,
  self: string,
): ReadonlySet<string> {
  const known = (conversations ?? []).filter(({ group, verified }) => verified && !group);
  return new Set(
    known.flatMap(({ members }) => members.map(({ user }) => user)).filter((one) => one !== self),
  );
}

/** Says aloud that a message came, once for each, without its text. */
function useAnnouncedMessages(
  conversations: readonly ConversationView[] | undefined,
  open: string | null,
): void {
  const t = useTranslations("messages");
  const announce = useAnnounce();
  const counted = useRef<Map<string, number> | null>(null);
  useEffect(() => {
    if (!conversations) return;
    const before = counted.current;
    counted.current = new Map(conversations.map((one) => [one.id, one.unread]));
    if (before === null) return;
    for (const one of conversations) {
      if (!one.muted && one.unread > (before.get(one.id) ?? 0))
        announce(t("announceNew", { name: one.title }));
    }
  }, [conversations, announce, t]);
  const unread =
    conversations?.reduce((sum, one) => sum + (one.id === open && !document.hidden ? 0 : one.unread), 0) ?? 0;
  useEffect(() => {
    const plain = document.title.replace(/^\(\d+\) /, "");
    document.title = unread > 0 ? `(${unread}) ${plain}` : plain;
  }, [unread]);
}
