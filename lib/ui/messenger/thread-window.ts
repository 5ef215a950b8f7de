import type { MessageView } from "../../messenger/messenger-api.ts";
import { mergeMessages } from "./merge-messages.ts";

/** Messages asked for at once, and the most that a page holds of a conversation, however long it is. */
export const threadPage = 60;
export const mostHeld = 600;
/** New messages that may come while the newest page is away, before the thread begins anew at the end. */
const margin = 120;

/**
 * A run of messages at the newer end that is not held; `before` is the id of the message after it, null: none. `count`
 * null: never counted, up to the newest.
 */
interface LetGo {
  readonly first: string;
  readonly before: string | null;
  readonly count: number | null;
}

/** A stretch of a conversation without holes, oldest first. */
export interface ThreadWindow {
  readonly messages: readonly MessageView[];
  readonly hasOlder: boolean;
  /** What lies after the stretch, the farthest first; empty when it ends with the newest message. */
  readonly newer: readonly LetGo[];
}

/** The messages around one. */
export interface PlaceQuestion {
  readonly around: string;
  readonly limit: number;
}

export interface PageQuestion {
  readonly before?: string;
  readonly limit: number;
}

export const emptyWindow: ThreadWindow = { messages: [], hasOlder: true, newer: [] };

/** What to ask so that the newer part of what is held, edits and deliveries among it, is read again. */
export function refreshQuestion({ messages, newer }: ThreadWindow): PageQuestion {
  const limit = Math.max(threadPage, Math.min(messages.length, mostHeld / 2));
  const nearest = newer.at(-1);
  return nearest === undefined ? { limit } : { before: nearest.first, limit };
}

export function withRefreshed(
  held: ThreadWindow,
  answer: readonly MessageView[],
  asked: PageQuestion,
): ThreadWindow {
  const beginning = held.messages.length === 0 && answer.length < asked.limit;
  const merged = mergeMessages(held.messages, answer);
  const surplus = held.newer.length === 0 && merged.length > 2 * mostHeld ? merged.length - mostHeld : 0;
  return {
    messages: surplus === 0 ? merged : merged.slice(surplus),
    hasOlder: surplus > 0 || (held.hasOlder && !beginning),
    newer: held.newer,
  };
}

/** Puts an older page in front; when that is too much, as many go at the other end. */
export function withOlder(held: ThreadWindow, older: readonly MessageView[]): ThreadWindow {
  const merged = mergeMessages(older, held.messages);
  const hasOlder = older.length >= threadPage;
  const gone = merged.slice(mostHeld);
  const [first] = gone;
  if (first === undefined) return { messages: merged, hasOlder, newer: held.newer };
  const letGo = { first: first.id, before: held.newer.at(-1)?.first ?? null, count: gone.length };
  return { messages: merged.slice(0, mostHeld), hasOlder, newer: [...held.newer, letGo] };
}

/** What to ask to have the nearest of the messages let go back; null at the end of the conversation. */
export function newerQuestion({ newer }: ThreadWindow): PageQuestion | PlaceQuestion | null {
  const nearest = newer.at(-1);
  if (nearest === undefined) return null;
  if (nearest.count === null) return { around: nearest.first, limit: 2 * threadPage };
  return nearest.before === null
    ? { limit: nearest.count + margin }
    : { before: nearest.before, limit: nearest.count };
}

/**
 * The stretch around a place, asked for with `around` and this limit; `first` is the first message at or after the
 * place, null when all are before it.
 */
export function aroundPlace(
  answer: readonly MessageView[],
  first: string | null,
  limit: number,
): ThreadWindow {
  const index = first === null ? answer.length : answer.findIndex(({ id }) => id === first);
  const later = answer.length - index;
  const { messages, rest } = withoutLast(answer, later >= Math.ceil(limit / 2));
  return { messages, hasOlder: index >= limit - later, newer: rest };
}

/** The last message of a page after which more come is held as their mark only. */
function withoutLast(page: readonly MessageView[], more: boolean) {
  const last = page.at(-1);
  if (!more || last === undefined) return { messages: page, rest: [] };
  return { messages: page.slice(0, -1), rest: [{ first: last.id, before: null, count: null }] };
}

/** Puts the answer behind; when that is too much, as many go at the older end. Null when it does not follow. */
export function withNewer(held: ThreadWindow, answer: readonly MessageView[]): ThreadWindow | null {
  const nearest = held.newer.at(-1);
  const start = answer.findIndex(({ id }) => id === nearest?.first);
  if (start < 0) return null;
  const later = answer.slice(start);
  const page = withoutLast(later, nearest?.count === null && later.length >= threadPage);
  const messages = [...held.messages, ...page.messages];
  const surplus = Math.max(0, messages.length - mostHeld);
  return {
    messages: messages.slice(surplus),
    hasOlder: held.hasOlder || surplus > 0,
    newer: [...held.newer.slice(0, -1), ...page.rest],
  };
}
