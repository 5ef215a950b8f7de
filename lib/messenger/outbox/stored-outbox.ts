import { toHex } from "../../shared/hex.ts";
import type { Conversation } from "../engine/conversation.ts";
import { messageRow, ordinalKey, outboxRow } from "../engine/rows.ts";
import type { DeviceStore } from "../store/device-store.ts";
import { noBody, type OutboxItem, readItem, storedBody } from "./outbox-item.ts";

/** What an earlier start left in the outbox, in the order in which it was written. */
export async function* storedOutbox(
  store: DeviceStore,
  conversations: ReadonlyMap<string, Conversation>,
): AsyncGenerator<OutboxItem> {
  const rows = (await store.range("outbox", { prefix: "" })).map(({ value }) => outboxRow.decode(value));
  // Epoch starts have no ordinal of their own: they carry the one of the message they open for, and come first.
  rows.sort((a, b) => a.ordinal - b.ordinal || Number(b.kind === "epoch") - Number(a.kind === "epoch"));
  for (const row of rows) {
    const conversation = conversations.get(toHex(row.conversation));
    if (!conversation) continue;
    const message = await store.get("messages", ordinalKey(conversation.id, row.ordinal));
    const body = row.kind === "envelope" && message ? storedBody(messageRow.decode(message)) : noBody;
    const item = readItem(row, conversation, body);
    // The message that was to be sent again is gone: deleted, or its time was over.
    if (item.resends && !message && item.state.phase !== "bound") continue;
    yield item;
  }
}
