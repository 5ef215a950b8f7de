"use client";

import { useTranslations } from "next-intl";
import type { QuoteView } from "../../messenger/api/content.ts";
import type { MessageView } from "../../messenger/messenger-api.ts";
import { useQuantity } from "../format/use-quantity.ts";
import { Icon } from "../icon.tsx";
import { lazily } from "../lazily.tsx";
import { usePostName } from "../use-post-name.ts";
import { FormalHead } from "./formal-head.tsx";
import { useGoTo } from "./message-content-desk.tsx";

const StructuredCard = lazily(() => import("./structured-card.tsx").then((part) => part.StructuredCard));

/** What a message says: a text, a formal message with its head, a card, or why there is nothing to show. */
export function MessageContent({ message }: { message: MessageView }) {
  const t = useTranslations("content");
  const { content, replyTo } = message;
  switch (content.kind) {
    case "text":
      return (
        <>
          {replyTo ? <Quote quote={replyTo} /> : null}
          <p className="break-words whitespace-pre-wrap">{content.text}</p>
        </>
      );
    case "formal":
      return (
        <>
          <FormalHead content={content} level={message.level} />
          <p className="break-words whitespace-pre-wrap">{content.text}</p>
        </>
      );
    case "order":
    case "telemetry":
    case "payment":
      return <StructuredCard content={content} />;
    case "acknowledgement":
      return (
        <>
          <Quote quote={content.target} />
          <p className="flex items-center gap-2 font-medium">
            <Icon name={content.outcome === "refused" ? "failed" : "check"} />
            {t(`outcome.${content.outcome}`)}
          </p>
          {content.note ? <p className="break-words whitespace-pre-wrap">{content.note}</p> : null}
        </>
      );
    case "deleted":
      return <p className="text-ink-soft italic">{t("deleted")}</p>;
    case "unknown":
      return (
        <p className="flex items-center gap-2 text-warn">
          <Icon name="alarm" />
          {t("unknown")}
        </p>
      );
    default:
      return <p className="break-words whitespace-pre-wrap">{message.text}</p>;
  }
}

/** The message that another one is about: who wrote it and how it begins. */
function Quote({ quote }: { quote: QuoteView }) {
  const t = useTranslations("content");
  const goTo = useGoTo();
  const postName = usePostName();
  const target = quote.message;
  const words =
    quote.kind === null
      ? t("quoteGone")
      : quote.kind === "deleted"
        ? t("quoteDeleted")
        : quote.excerpt || t(quote.kind === "acknowledgement" ? "acknowledgement" : "text");
  return (
    <blockquote className="mb-1 border-l-3 border-accent pl-2 text-sm text-ink-soft">
      {quote.name ? <span className="block font-medium text-ink">{postName(quote.name).whole}</span> : null}
      <span className="line-clamp-2 break-words">{words}</span>
      {goTo && target !== null ? (
        <button
          type="button"
          onClick={() => goTo(target)}
          className="min-h-6 rounded-sm font-medium text-accent hover:underline"
        >
          {t("goTo")}
        </button>
      ) : null}
    </blockquote>
  );
}

/** Edited, disappearing: what happened or will happen to a message, in words. */
export function MessageMarks({ message }: { message: MessageView }) {
  const t = useTranslations("content");
  const quantity = useQuantity();
  const { editedAt, expiresAt, timerSeconds } = message;
  return (
    <>
      {editedAt === null ? null : <span>{t("edited", { time: quantity.shortClock(editedAt) })}</span>}
      {expiresAt !== null ? (
        <span className="inline-flex items-center gap-1">
          <Icon name="hourglass" className="size-3" />
          {t("expires", { time: quantity.moment(expiresAt) })}
        </span>
      ) : timerSeconds !== null ? (
        <span className="inline-flex items-center gap-1">
          <Icon name="hourglass" className="size-3" />
          {t("timed", { duration: quantity.duration(timerSeconds * 1000) })}
        </span>
      ) : null}
    </>
  );
}
