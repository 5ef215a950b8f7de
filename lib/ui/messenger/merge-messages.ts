import type { MessageView } from "../../messenger/messenger-api.ts";
import { keepSame } from "./keep-same.ts";

/**
 * `older` followed by `newer`, each message once. Where both hold a message the newer answer counts; a message of
 * `older` that falls inside the span of `newer` but is not in it any more is dropped. A message that says the same as
 * before stays the same object.
 */
export function mergeMessages(
  older: readonly MessageView[],
  newer: readonly MessageView[],
): readonly MessageView[] {
  const first = newer[0];
  if (first === undefined) return older;
  const fresh = new Set(newer.map((message) => message.id));
  const known = new Map(older.map((message) => [message.id, message]));
  const start = older.findIndex((message) => message.id === first.id);
  const before =
    start >= 0 ? older.slice(0, start) : older.filter((message) => message.ordinal < first.ordinal);
  return [
    ...before.filter((message) => !fresh.has(message.id)),
    ...newer.map((message) => keepSame(known.get(message.id) ?? message, message)),
  ];
}
