"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type {
  ConversationView,
  Level,
  MessageView,
  MessengerApi,
  SuiteName,
} from "@/lib/messenger/messenger-api.ts";
import { IconButton } from "@/lib/ui/button.tsx";
import { Composer, type Draft } from "@/lib/ui/messenger/composer.tsx";
import { useStoredDraft } from "@/lib/ui/messenger/draft-store.tsx";
import { ReplyBar } from "@/lib/ui/messenger/reply-bar.tsx";

interface ConversationComposerProps {
  readonly api: MessengerApi;
  readonly conversation: ConversationView;
  /** What was being written when the conversation was last open. */
  readonly begunWith: Draft;
  readonly onDraft: (draft: Draft) => void;
  readonly answered: MessageView | null;
  readonly onAnswered: () => void;
  readonly onKinds: (chosen: { readonly suite: SuiteName; readonly level: Level }) => void;
}

/** Where one writes. What is written is held here: a key that is pressed draws this again and nothing else. */
export function ConversationComposer(props: ConversationComposerProps) {
  const { api, conversation, answered } = props;
  const content = useTranslations("content");
  const [draft, setDraft] = useState(props.begunWith);
  const write = (next: Draft) => {
    setDraft(next);
    props.onDraft(next);
  };
  useStoredDraft(api, conversation.id, draft.text, conversation.draft, (text) => write({ ...draft, text }));
  return (
    <Composer
      api={api}
      conversation={conversation.id}
      title={conversation.title}
      group={conversation.group}
      draft={draft}
      onDraft={write}
      replyTo={answered?.id ?? null}
      onSent={props.onAnswered}
      above={answered ? <ReplyBar message={answered} onStop={props.onAnswered} /> : null}
      tools={(chosen) => (
        <IconButton icon="plus" label={content("kinds")} onClick={() => props.onKinds(chosen)} />
      )}
    />
  );
}
