"use client";

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { atTheEnd, type Sight, standingAfter, standingAnew } from "./follow-end.ts";

interface FollowEndOptions {
  readonly scroller: RefObject<HTMLElement | null>;
  /** The region is in the page. */
  readonly ready: boolean;
  /** What is held ends with the newest row. */
  readonly whole: boolean;
  /** Key of the last row. */
  readonly last: string | undefined;
  /** Height of all rows in pixels, as far as it is known. */
  readonly height: number;
  readonly scrollToEnd: () => void;
}

/**
 * Keeps a reader who stands at the end of a list there while it grows. It does not wait for scroll events or frames:
 * several rows that come between two of them, or while the page is hidden, are followed all the same.
 */
export function useFollowEnd({ scroller, ready, whole, last, height, scrollToEnd }: FollowEndOptions) {
  const standing = useRef(atTheEnd);
  const [near, setNear] = useState(true);
  const lastFollowed = useRef(last);
  const go = useRef(scrollToEnd);
  go.current = scrollToEnd;

  const judge = useCallback(
    (sight: Sight, anew: boolean) => {
      const now = anew ? standingAnew(sight) : standingAfter(standing.current, sight);
      // The end of a stretch that more follows is not the end of the list.
      standing.current = whole ? now : { pinned: false, near: false, seen: sight };
      setNear(standing.current.near);
    },
    [whole],
  );

  /** To be called at each scroll event. */
  const scrolled = useCallback(() => {
    if (scroller.current) judge(sightOf(scroller.current), false);
  }, [scroller, judge]);

  /** To be called after the program itself has scrolled elsewhere. */
  const moved = useCallback(() => {
    if (scroller.current) judge(sightOf(scroller.current), true);
  }, [scroller, judge]);

  /** Goes to the end and stays there until the reader leaves it. */
  const toEnd = useCallback(() => {
    go.current();
    standing.current = { ...atTheEnd, seen: scroller.current ? sightOf(scroller.current) : atTheEnd.seen };
    setNear(true);
  }, [scroller]);

  // Before the browser draws, so that nobody sees the list without its new end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the rows or their heights have changed
  useLayoutEffect(() => {
    scrolled();
    const added = lastFollowed.current !== last;
    lastFollowed.current = last;
    if (standing.current.pinned || (added && standing.current.near)) toEnd();
  }, [scrolled, toEnd, last, height]);

  useEffect(() => {
    const { current } = scroller;
    if (!ready || !current) return;
    const observer = new ResizeObserver(() => {
      scrolled();
      if (standing.current.pinned) toEnd();
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, [scroller, ready, scrolled, toEnd]);

  return { atEnd: near && whole, scrolled, moved, toEnd };
}

function sightOf({ scrollTop, scrollHeight, clientHeight }: HTMLElement): Sight {
  return { scrollTop, scrollHeight, clientHeight };
}
