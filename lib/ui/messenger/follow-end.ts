/** What a scrolled region shows of its content, in pixels, as the browser tells it. */
export interface Sight {
  /** From the content's beginning to the first line in sight. */
  readonly scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
}

/** Where the reader of a list stands. */
export interface Standing {
  /** At its very end: stays there whatever becomes larger. */
  readonly pinned: boolean;
  /** At its end or a few lines above it: goes to the end when a row is added. */
  readonly near: boolean;
  /** What was last seen; its top is the lowest since the reader last moved up. */
  readonly seen: Sight;
}

/** Pixels from the end that still count as near it. */
const nearBy = 80;
/** Positions are rounded, each its own way. */
const rounding = 2;

export const atTheEnd: Standing = {
  pinned: true,
  near: true,
  seen: { scrollTop: 0, scrollHeight: 0, clientHeight: 0 },
};

/** Judged by what is in sight alone, as after the program itself has moved the reader elsewhere. */
export function standingAnew(seen: Sight): Standing {
  const below = seen.scrollHeight - seen.scrollTop - seen.clientHeight;
  return { pinned: below <= rounding, near: below < nearBy, seen };
}

/**
 * After a scroll event or a change of the content. Who stood at the end leaves it by moving up, and by nothing else:
 * content that grew below, rows that turned out taller than they were taken for and a region that became smaller put
 * the end further away without anybody having moved; content that shrank takes the position up with it by as much.
 */
export function standingAfter(before: Standing, now: Sight): Standing {
  const anew = standingAnew(now);
  const shrunk = Math.max(0, before.seen.scrollHeight - now.scrollHeight);
  const opened = Math.max(0, now.clientHeight - before.seen.clientHeight);
  const carried = before.seen.scrollTop - shrunk - opened;
  if (carried - now.scrollTop > rounding) return anew;
  return {
    pinned: before.pinned || anew.pinned,
    near: before.near || anew.near,
    // Moves too small to tell from rounding add up.
    seen: { ...now, scrollTop: anew.pinned ? now.scrollTop : Math.max(now.scrollTop, carried) },
  };
}
