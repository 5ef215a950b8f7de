import type { MessageView } from "../../messenger/messenger-api.ts";
import { mergeMessages } from "./merge-messages.ts";

/** Messages asked for at once, and the most that a page holds of a conversation, however long it is. */
export const threadPage = 60;
export const mostHeld = 600;
/** New messages that may come while the newest page is away, before the thread begins anew at the end. */
const margin = 120;

/** A run of messages that was let go at the newer end; `before` is the id of the message after it, null: none. */
interface LetGo {
  readonly first: string;
  readonly before: string | null;
  readonly count: number;
}

/** A stretch of a conversation without holes, oldest first. */
export interface ThreadWindow {
  readonly messages: readonly MessageView[];
  readonly hasOlder: boolean;
  /** What lies after the stretch, the farthest first; empty when it ends with the newest message. */
  readonly newer: readonly LetGo[];
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
export function newerQuestion({ newer }: ThreadWindow): PageQuestion | null {
  const nearest = newer.at(-1);
  if (nearest === undefined) return null;
  return nearest.before === null
    ? { limit: nearest.count + margin }
    : { before: nearest.before, limit: nearest.count };
}

/** Puts the answer behind; when that is too much, as many go at the older end. Null when it does not follow. */
export function withNewer(held: ThreadWindow, answer: readonly MessageView[]): ThreadWindow | null {
  const start = answer.findIndex(({ id }) => id === held.newer.at(-1)?.first);
  if (start < 0) return null;
  const messages = [...held.messages, ...answer.slice(start)];
  const surplus = Math.max(0, messages.length - mostHeld);
  return {
    messages: messages.slice(surplus),
    hasOlder: held.hasOlder || surplus > 0,
    newer: held.newer.slice(0, -1),
  };
}
