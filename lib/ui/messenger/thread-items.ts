import type { MessageView, TimelineView } from "../../messenger/messenger-api.ts";

export type ThreadItem =
  | { readonly kind: "start"; readonly key: string }
  | { readonly kind: "day"; readonly key: string; readonly at: number }
  | { readonly kind: "new"; readonly key: string; readonly count: number }
  | { readonly kind: "gap"; readonly key: string }
  | { readonly kind: "event"; readonly key: string; readonly event: TimelineView }
  | {
      readonly kind: "message";
      readonly key: string;
      readonly message: MessageView;
      readonly first: boolean;
    };

const together = 5 * 60_000;

function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** Id of the message that the "new" divider stands before: the first of the last `unread` that are not one's own. */
export function firstUnread(messages: readonly MessageView[], unread: number): string | null {
  let left = unread;
  let found: string | null = null;
  for (let i = messages.length - 1; i >= 0 && left > 0; i--) {
    const message = messages[i];
    if (message === undefined || message.mine) continue;
    found = message.id;
    left--;
  }
  return found;
}

/**
 * Messages with what stands between them. A message is `first` when another sender, a divider or five minutes lie
 * before it: then its sender is named.
 */
export function threadItems(
  messages: readonly MessageView[],
  options: {
    /** The first message held is the conversation's first. */
    readonly complete: boolean;
    /** The last message held is the conversation's newest; else events after it wait for their messages. */
    readonly toEnd?: boolean;
    readonly newBefore: string | null;
    readonly events?: readonly TimelineView[];
  },
): readonly ThreadItem[] {
  const { toEnd = true } = options;
  const [oldest] = messages;
  let events = (options.events ?? []).filter(
    ({ ordinal }) => options.complete || (oldest !== undefined && ordinal > oldest.ordinal),
  );
  const eventsBefore = (ordinal: number) => {
    const due = events.filter((event) => event.ordinal < ordinal);
    events = events.slice(due.length);
    for (const event of due) items.push({ kind: "event", key: `event-${event.id}`, event });
    return due.length > 0;
  };
  const items: ThreadItem[] = options.complete ? [{ kind: "start", key: "start" }] : [];
  let last: MessageView | undefined;
  messages.forEach((message, index) => {
    let apart =
      last === undefined || last.sender.user !== message.sender.user || message.at - last.at > together;
    if (last === undefined || dayOf(last.at) !== dayOf(message.at)) {
      items.push({ kind: "day", key: `day-${dayOf(message.at)}`, at: message.at });
      apart = true;
    }
    if (eventsBefore(message.ordinal)) apart = true;
    if (message.id === options.newBefore) {
      const count = messages.slice(index).filter((later) => !later.mine).length;
      items.push({ kind: "new", key: "new", count });
      apart = true;
    }
    if (message.gapBefore) {
      items.push({ kind: "gap", key: `gap-${message.id}` });
      apart = true;
    }
    items.push({ kind: "message", key: message.id, message, first: apart });
    last = message;
  });
  if (toEnd) eventsBefore(Number.POSITIVE_INFINITY);
  return items;
}
