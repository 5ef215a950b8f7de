import { type Payload, payloadKinds } from "../../protocol/payload.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import type { ContentRow } from "./content-rows.ts";

/** What later messages did to a message: its row, and the text that it shows now. */
export interface ChangedContent {
  readonly row: ContentRow;
  readonly text: string;
}

export const untouched: ContentRow = { versions: [], deleted: false, reactions: [], ownChanges: [] };

/**
 * A target after one change by `user`, written at `at` (ms UTC, by the sender's clock). The same changes in any order,
 * and any of them twice, lead to the same content: the newest text and each person's newest reaction count, and a
 * delete is final. Whether the user may do it is checked before (`checkTarget`).
 */
export function applyChange(
  { row, text }: ChangedContent,
  writtenAt: number,
  change: { readonly payload: Payload; readonly user: Bytes; readonly at: number },
): ChangedContent {
  const { payload, user, at } = change;
  if (row.deleted) return { row, text };
  if (payload.kind === payloadKinds.delete)
    return { row: { ...untouched, deleted: true, ownChanges: row.ownChanges }, text: "" };
  if (payload.kind === payloadKinds.reaction) {
    const { emoji, on } = payload.body;
    const before = row.reactions.find((reaction) => equalBytes(reaction.user, user));
    const later = before && (before.at > at || (before.at === at && before.emoji >= emoji));
    if (later) return { row, text };
    const others = row.reactions.filter((reaction) => reaction !== before);
    return { row: { ...row, reactions: [...others, { user, emoji, on, at }].sort(byTime) }, text };
  }
  if (payload.kind === payloadKinds.edit) {
    const first = row.versions.length === 0 ? [{ at: writtenAt, text }] : row.versions;
    const next = { at: Math.max(at, writtenAt + 1), text: payload.body.text };
    const known = first.some((version) => version.at === next.at && version.text === next.text);
    const versions = known ? first : [...first, next].sort(byTime);
    return { row: { ...row, versions }, text: versions.at(-1)?.text ?? text };
  }
  return { row, text };
}

function byTime(
  a: { readonly at: number; readonly text?: string; readonly emoji?: string },
  b: { readonly at: number; readonly text?: string; readonly emoji?: string },
): number {
  const [one, other] = [a.text ?? a.emoji ?? "", b.text ?? b.emoji ?? ""];
  return a.at - b.at || (one < other ? -1 : one > other ? 1 : 0);
}
