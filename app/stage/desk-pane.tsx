"use client";

import { useTranslations } from "next-intl";
import { useCallback, useState } from "react";
import type { MessageView, MessengerApi, SuiteName } from "@/lib/messenger/messenger-api.ts";
import { Button } from "@/lib/ui/button.tsx";
import { Composer, type Draft, emptyDraft } from "@/lib/ui/messenger/composer.tsx";
import { EngineBadge } from "@/lib/ui/messenger/engine-notice.tsx";
import { KeyCard } from "@/lib/ui/messenger/key-card.tsx";
import { Thread } from "@/lib/ui/messenger/thread.tsx";
import { Empty, Notice, Waiting } from "@/lib/ui/notice.tsx";
import { useProblemText } from "@/lib/ui/problem-text.ts";
import { type Desk, useKnowsConversation } from "./use-desk.ts";

interface DeskPaneProps {
  readonly desk: Desk;
  readonly siteName: string;
  readonly otherName: string;
  readonly conversation: string | null;
  readonly onRenew: () => void;
}

/** One of the two posts on the stage: a real messenger in large type. */
export function DeskPane({ desk, siteName, otherName, conversation, onRenew }: DeskPaneProps) {
  const t = useTranslations("stage");
  const tell = useProblemText();
  const known = useKnowsConversation(desk.api, conversation);
  const stuck = ["failed", "other-user", "approval-needed", "signed-out"].includes(desk.state.phase);
  return (
    <section
      aria-label={t(desk.side)}
      data-desk={desk.side}
      className="relative flex min-h-0 min-w-0 flex-col bg-paper"
    >
      <header className="flex items-baseline justify-between gap-3 border-b border-line bg-surface px-4 py-2">
        <div className="min-w-0">
          <h2 className="text-lg font-semibold">{t(desk.side)}</h2>
          <p className="truncate text-sm text-ink-soft">{siteName}</p>
        </div>
        <span className="shrink-0 text-sm">
          <EngineBadge state={desk.state} />
        </span>
      </header>
      {desk.problem || stuck ? (
        <div className="p-4">
          <Notice
            tone="alarm"
            icon="failed"
            title={t("desk.failed")}
            actions={
              <Button size="small" icon="refresh" onClick={onRenew}>
                {t("desk.renew")}
              </Button>
            }
          >
            {desk.problem ??
              (desk.state.phase === "failed"
                ? tell({ ...desk.state, reason: desk.state.message }).reason
                : null)}
          </Notice>
        </div>
      ) : desk.api && conversation && known ? (
        <DeskThread
          api={desk.api}
          conversation={conversation}
          otherName={otherName}
          sample={t(`samples.${desk.side}`)}
        />
      ) : (
        <Waiting>{t("desk.preparing")}…</Waiting>
      )}
    </section>
  );
}

function DeskThread(props: { api: MessengerApi; conversation: string; otherName: string; sample: string }) {
  const { api, conversation } = props;
  const t = useTranslations("stage");
  const [draft, setDraft] = useState<Draft>({ ...emptyDraft, suite: "OTP" });
  const [cardOf, setCardOf] = useState<string | null>(null);
  const retry = useCallback(
    (message: MessageView, suite?: SuiteName) => void api.retry(message.id, suite).catch(() => undefined),
    [api],
  );
  const cancel = useCallback(
    (message: MessageView) => void api.cancel(message.id).catch(() => undefined),
    [api],
  );
  const showCard = useCallback((message: MessageView) => setCardOf(message.id), []);
  return (
    <>
      <div className="flex min-h-0 flex-1 flex-col text-lg leading-7">
        <Thread
          api={api}
          conversation={conversation}
          title={props.otherName}
          unread={0}
          selected={cardOf}
          onKeyCard={showCard}
          onRetry={retry}
          onCancel={cancel}
          empty={<Empty icon="envelope" title={t("desk.empty")} />}
        />
      </div>
      <Composer
        api={api}
        conversation={conversation}
        title={props.otherName}
        draft={draft}
        onDraft={setDraft}
        large
        sample={props.sample}
      />
      {cardOf ? (
        <div className="absolute inset-0 z-20 border border-line">
          <KeyCard api={api} message={cardOf} onClose={() => setCardOf(null)} />
        </div>
      ) : null}
    </>
  );
}
