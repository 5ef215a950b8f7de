"use client";

import { useTranslations } from "next-intl";
import { memo } from "react";
import type { MessageView, MessengerApi, SuiteName } from "../../messenger/messenger-api.ts";
import { vaultMediaType } from "../../protocol/vault-media-type.ts";
import { Button } from "../button.tsx";
import { useQuantity } from "../format/use-quantity.ts";
import { Icon } from "../icon.tsx";
import { lazily } from "../lazily.tsx";
import { type CodedProblem, useProblemText } from "../problem-text.ts";
import { usePostName } from "../use-post-name.ts";
import { AskAgain } from "./ask-again.tsx";
import { LevelMark } from "./classification.tsx";
import { MessageContent, MessageMarks } from "./message-content.tsx";
import { MessageContentActions } from "./message-content-actions.tsx";
import { MessageDelivery } from "./message-delivery.tsx";
import { ReactionChips } from "./reaction-chips.tsx";
import { WaitingPanel } from "./waiting-panel.tsx";

export interface MessageActions {
  readonly onKeyCard: (message: MessageView) => void;
  readonly onRetry: (message: MessageView, suite?: SuiteName) => void;
  readonly onCancel: (message: MessageView) => void;
}

const VaultNote = lazily(() => import("./vault-note.tsx").then((part) => part.VaultNote));

const AttachmentView = lazily(() => import("./attachment-view.tsx").then((part) => part.AttachmentView));

interface MessageRowProps extends MessageActions {
  readonly api: MessengerApi;
  readonly message: MessageView;
  readonly first: boolean;
  readonly selected: boolean;
}

export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, first, selected } = props;
  const t = useTranslations("messages");
  const content = useTranslations("content");
  const quantity = useQuantity();
  const sender = usePostName()(message.sender.name).whole;
  const delivery = message.delivery;
  const refused = message.problem?.passing === false;
  const ground = refused
    ? "border-alarm bg-surface"
    : message.mine
      ? "border-transparent bg-accent-wash"
      : "border-line bg-surface";
  return (
    <article
      aria-label={`${message.mine ? t("you") : sender}, ${quantity.shortClock(message.at)}`}
      data-message={message.id}
      className={`group flex flex-col px-4 ${message.mine ? "items-end" : "items-start"} ${first ? "pt-3" : "pt-1"}`}
    >
      {first && !message.mine ? <p className="mb-0.5 text-sm font-semibold text-ink">{sender}</p> : null}
      <div
        className={`max-w-[min(36rem,92%)] min-w-0 rounded-lg border px-3 py-2 ${ground} ${
          selected ? "outline-2 outline-offset-1 outline-accent" : ""
        }`}
      >
        {message.problem?.passing ? (
          <Expected problem={message.problem} />
        ) : message.problem ? (
          <>
            <Refused problem={message.problem} />
            <AskAgain api={props.api} message={message} />
          </>
        ) : message.content.kind === "file" && message.content.mediaType === vaultMediaType ? (
          <VaultNote />
        ) : message.content.kind === "file" && delivery?.state !== "cancelled" ? (
          <AttachmentView api={props.api} message={message} content={message.content} />
        ) : (
          <MessageContent message={message} />
        )}
        {delivery?.state === "waiting-for-key" ? (
          <WaitingPanel
            message={message}
            delivery={delivery}
            onRetry={(suite) => props.onRetry(message, suite)}
            onCancel={() => props.onCancel(message)}
          />
        ) : null}
        {delivery?.state === "failed" ? (
          <div className="mt-2 grid gap-2 border-t border-line pt-2 text-sm">
            <Told problem={delivery} />
            <span>
              <Button size="small" icon="refresh" onClick={() => props.onRetry(message)}>
                {t("waiting.now")}
              </Button>
            </span>
          </div>
        ) : null}
      </div>
      <ReactionChips message={message} />
      <p className="flex flex-wrap items-center gap-x-3 pt-0.5 text-xs text-ink-soft">
        <time dateTime={new Date(message.at).toISOString()}>{quantity.shortClock(message.at)}</time>
        <button
          type="button"
          onClick={() => props.onKeyCard(message)}
          data-shortcut="keyCard"
          aria-label={t("keyCardOpen", { summary: t(`suiteName.${message.suite}`) })}
          aria-pressed={selected}
          className="inline-flex min-h-6 items-center gap-1 rounded-sm font-medium text-accent hover:underline"
        >
          <Icon name="key" className="size-3" />
          {t(`suiteShort.${message.suite}`)}
        </button>
        <LevelMark level={message.level} />
        <MessageDelivery message={message} />
        <MessageMarks message={message} />
        <MessageContentActions message={message} />
      </p>
      {message.pendingChange ? (
        <p className="flex items-center gap-2 text-xs text-warn">
          <Icon name="hourglass" className="size-3" />
          {content(`pending.${message.pendingChange.kind}`)}
          <button
            type="button"
            className="rounded-sm underline"
            onClick={() => {
              if (message.pendingChange)
                void props.api.cancel(message.pendingChange.id).catch(() => undefined);
            }}
          >
            {content("pendingCancel")}
          </button>
        </p>
      ) : null}
    </article>
  );
});

function Refused({ problem }: { problem: CodedProblem }) {
  const t = useTranslations("messages.problem");
  return (
    <div className="grid grid-cols-[auto_1fr] gap-x-2">
      <Icon name="alarm" className="mt-1 text-alarm" />
      <div>
        <p className="font-semibold text-alarm">{t("title")}</p>
        <Told problem={problem} />
      </div>
    </div>
  );
}

/** It opens by itself: nothing is wrong with it. */
function Expected({ problem }: { problem: CodedProblem }) {
  const { reason, nextStep } = useProblemText()(problem);
  return (
    <div className="grid grid-cols-[auto_1fr] items-baseline gap-x-2 text-sm text-ink-soft">
      <Icon name="hourglass" className="size-3" />
      <p>
        {reason} {nextStep}
      </p>
    </div>
  );
}

function Told({ problem }: { problem: CodedProblem }) {
  const t = useTranslations("messages.problem");
  const { reason, nextStep } = useProblemText()(problem);
  return (
    <>
      <p>{reason}</p>
      {nextStep ? <p className="text-ink-soft">{t("next", { step: nextStep })}</p> : null}
    </>
  );
}
