import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import type { StoreWrite } from "../store/device-store.ts";

/** Settled with nothing to store: the offset is stored with the next entry that has something to store. */
export function advance(conversation: Conversation, seq: number): void {
  const { progress } = conversation;
  if (seq === progress.cursor + 1) conversation.progress = { ...progress, cursor: seq };
}

/** The entry is settled: its rows and the new offset, all or nothing. A store that refuses stops the engine. */
export function commitSettled(
  parts: Pick<EngineParts, "store" | "fail">,
  conversation: Conversation,
  seq: number,
  writes: readonly StoreWrite[],
): Promise<void> {
  const cursor = Math.max(seq, conversation.progress.cursor);
  conversation.progress = { ...conversation.progress, cursor };
  const stored = parts.store.commit([...writes, conversation.progressWrite()]);
  stored.catch(parts.fail);
  return stored;
}
