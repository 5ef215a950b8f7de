"use client";

import { useTranslations } from "next-intl";
import { useQuantity } from "../format/use-quantity.ts";
import type { PictureFrame, PictureMessage } from "./picture.ts";

const states = new Set([
  "sending",
  "drawing",
  "waiting-for-key",
  "waiting-for-device",
  "sent",
  "delivered",
  "read",
  "failed",
]);

/** One side's messages as an audience reads them. */
export function MessageList({
  title,
  place,
  list,
}: {
  title: string;
  place: string;
  list: readonly PictureMessage[];
}) {
  const t = useTranslations("stage.audience");
  return (
    <section aria-label={title} className="flex min-h-0 min-w-0 flex-col bg-paper">
      <header className="border-b border-line bg-surface px-4 py-2">
        <h2 className="text-lg font-semibold">{title}</h2>
        <p className="truncate text-sm text-ink-soft">{place}</p>
      </header>
      <ol
        className="flex min-h-0 flex-1 flex-col justify-end gap-2 overflow-hidden p-4 text-lg"
        aria-label={t("messagesOf", { name: title })}
      >
        {list.map(({ id, mine, text, characters, state }) => (
          <li
            key={id}
            data-message={mine ? "mine" : "theirs"}
            className={`max-w-[85%] rounded-lg border px-3 py-1.5 ${
              mine ? "self-end border-accent bg-accent-wash" : "self-start border-line bg-surface"
            }`}
          >
            <p className={text === null ? "text-ink-soft" : ""}>
              {text ?? t("noText", { count: characters })}
            </p>
            {mine && state && states.has(state) ? (
              <p className="text-xs text-ink-soft">{t(`state.${state as "sent"}`)}</p>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What crossed the wire, as an audience sees it: bytes. */
export function FrameList({ frames }: { frames: readonly PictureFrame[] }) {
  const t = useTranslations("stage");
  const units = useTranslations("units");
  const messages = useTranslations("messages");
  const quantity = useQuantity();
  return (
    <section aria-label={t("middle")} className="flex min-h-0 min-w-0 flex-col bg-sunken">
      <header className="border-b border-line px-4 py-2">
        <h2 className="text-lg font-semibold">{t("middle")}</h2>
        <p className="truncate text-sm text-ink-soft">
          {t("wire.not")}: {t("wire.notText")}
        </p>
      </header>
      <ol className="min-h-0 flex-1 overflow-hidden">
        {frames.slice(0, 6).map((frame) => (
          <li key={frame.id} data-frame={frame.event} className="arrive border-b border-line px-4 py-2">
            <p className="flex flex-wrap items-baseline gap-x-3 text-sm">
              <span className="font-semibold">{t(`wire.event.${frame.event}`)}</span>
              <span className="text-ink-soft">{frame.sender}</span>
              {frame.suite ? <span>{messages(`suiteShort.${frame.suite}`)}</span> : null}
              <span>{units("bytes", { count: frame.size })}</span>
              <time className="ml-auto text-xs text-ink-faint">{quantity.clock(frame.at)}</time>
            </p>
            {frame.event === "envelope" ? (
              <p className="font-mono text-sm leading-5 break-words text-ink">
                {frame.head.replace(/(..)(?=.)/g, "$1 ")} …
              </p>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  );
}
