"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { useTranslations } from "next-intl";
import { memo, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { Level, MessengerApi, TimelineView } from "../../messenger/messenger-api.ts";
import { Button } from "../button.tsx";
import { Waiting } from "../notice.tsx";
import type { MessageActions } from "./message-row.tsx";
import { MessengerProvider } from "./messenger-context.tsx";
import { firstUnread, threadItems } from "./thread-items.ts";
import { ThreadRow } from "./thread-row.tsx";
import { useFollowEnd } from "./use-follow-end.ts";
import { useThread } from "./use-thread.ts";
import { useTimeline } from "./use-timeline.ts";

export interface ThreadPlace {
  readonly at: string | number;
}

interface ThreadProps extends MessageActions {
  readonly api: MessengerApi;
  readonly conversation: string;
  readonly title: string;
  /** Unread messages when the conversation was opened. */
  readonly unread: number;
  readonly selected: string | null;
  readonly empty: ReactNode;
  readonly group?: boolean;
  /** Where to go: a message's id or a time (ms UTC); a new object goes there again. */
  readonly place?: ThreadPlace | null;
  /** Told the highest classification among the messages held. */
  readonly onLevel?: (level: Level) => void;
}

/** Pixels from either end of what is held at which the next page is asked for. */
const loadAhead = 1600;

/** The history of a conversation: only the rows in sight are in the page, however long it is. */
export const Thread = memo(function Thread(props: ThreadProps) {
  const { api, conversation } = props;
  const t = useTranslations("messages");
  const thread = useThread(api, conversation);
  const timeline = useTimeline(api, conversation);
  const events = useMemo(() => timeline.filter(isTold), [timeline]);
  const scroller = useRef<HTMLDivElement | null>(null);
  const divider = useRef<{ conversation: string; before: string | null } | null>(null);

  if (thread.loaded && divider.current?.conversation !== conversation) {
    divider.current = { conversation, before: firstUnread(thread.messages, props.unread) };
  }
  const newBefore = divider.current?.conversation === conversation ? divider.current.before : null;
  const items = useMemo(
    () =>
      threadItems(thread.messages, {
        complete: !thread.hasOlder,
        toEnd: !thread.hasNewer,
        newBefore,
        events,
      }),
    [thread.messages, thread.hasOlder, thread.hasNewer, newBefore, events],
  );

  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (items[index]?.kind === "message" ? 72 : 40),
    getItemKey: (index) => items[index]?.key ?? index,
    overscan: 8,
    paddingEnd: 12,
    anchorTo: "end",
    scrollEndThreshold: 80,
  });

  const ready = thread.loaded && items.length > 0;
  const end = useFollowEnd({
    scroller,
    ready,
    whole: !thread.hasNewer,
    last: items.at(-1)?.key,
    height: virtual.getTotalSize(),
    scrollToEnd: () => virtual.scrollToEnd(),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when first shown; then the list follows its end itself
  useEffect(() => {
    if (ready) end.toEnd();
  }, [ready, conversation]);

  // Pages near the end were let go: they come back first, then the list goes to their end.
  const wantsEnd = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once the newest rows are there
  useEffect(() => {
    if (!wantsEnd.current || thread.hasNewer) return;
    wantsEnd.current = false;
    end.toEnd();
  }, [items, thread.hasNewer]);

  // A place that is asked for comes into sight once its messages are held, and is marked.
  const [marked, setMarked] = useState<{ readonly id: string } | null>(null);
  const wanted = useRef<string | null>(null);
  const { toPlace } = thread;
  const { place } = props;
  useEffect(() => {
    if (!place || !ready) return;
    let gone = false;
    toPlace(place.at)
      .then((id) => {
        if (gone) return;
        wanted.current = id;
        // An object of its own each time: the same message may be asked for again.
        setMarked(id === null ? null : { id });
      })
      .catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [place, ready, toPlace]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once its row is there
  useEffect(() => {
    const index = items.findIndex((item) => item.kind === "message" && item.message.id === wanted.current);
    if (index < 0) return;
    wanted.current = null;
    virtual.scrollToIndex(index, { align: "center" });
    end.moved();
    scroller.current?.focus({ preventScroll: true });
  }, [items, marked]);

  function toNewest() {
    wantsEnd.current = thread.hasNewer;
    if (thread.hasNewer) thread.toNewest();
    else end.toEnd();
  }

  function scrolled() {
    const element = scroller.current;
    if (!element) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    end.scrolled();
    if (element.scrollTop < loadAhead && thread.hasOlder && thread.loaded) thread.loadOlder();
    else if (below < loadAhead && thread.hasNewer) thread.loadNewer();
  }

  // A page that came while the list stood at its edge is followed by the next without another turn of the wheel.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the rows have changed
  useEffect(scrolled, [items]);

  const { onLevel } = props;
  const highest = thread.messages.reduce<Level>((most, { level }) => Math.max(most, level) as Level, 0);
  useEffect(() => onLevel?.(highest), [onLevel, highest]);

  if (!thread.loaded) return <Waiting>{t("older")}</Waiting>;
  if (thread.messages.length === 0 && events.length === 0)
    return <div className="flex-1 overflow-y-auto">{props.empty}</div>;
  const rows = virtual.getVirtualItems();
  return (
    <MessengerProvider value={api}>
      <div className="relative flex min-h-0 flex-1 flex-col">
        <div
          ref={scroller}
          onScroll={scrolled}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          role="log"
          aria-live="off"
          aria-label={t("history", { name: props.title })}
          className="thin-scroll min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2"
        >
          <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
            {thread.loadingOlder ? (
              <p className="absolute inset-x-0 top-0 text-center text-sm text-ink-soft">{t("older")}</p>
            ) : null}
            {rows.map((row) => {
              const item = items[row.index];
              // Each in its own place: rows that stay are not painted again when others come and go.
              return item ? (
                <div
                  key={row.key}
                  data-index={row.index}
                  ref={virtual.measureElement}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${row.start}px)` }}
                >
                  <ThreadRow item={item} {...props} selected={props.selected ?? marked?.id ?? null} />
                </div>
              ) : null;
            })}
          </div>
        </div>
        {end.atEnd ? null : (
          <Button
            size="small"
            icon="chevronDown"
            className="absolute right-4 bottom-3 shadow-raised"
            onClick={toNewest}
          >
            {t("toNewest")}
          </Button>
        )}
      </div>
    </MessengerProvider>
  );
});

/** The beginning of a conversation of two says itself. */
function isTold({ kind, text }: TimelineView): boolean {
  return kind !== "created" || text !== undefined;
}
