import { type RosterMember, rosterAt } from "../../protocol/roster.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { MessageRow } from "../engine/rows.ts";
import { isCovered } from "./receipt-desk.ts";

/** A person that an own message is for, and how far it came on the best of their devices. */
export interface Reached {
  readonly user: string;
  readonly state: "sent" | "delivered" | "read";
}

/**
 * Everybody that an own message was encrypted for: the members with a device when it got its key. Who came later is
 * not among them; who was removed since still is.
 */
export function audienceOf(row: MessageRow, conversation: Conversation, self: string): readonly Reached[] {
  const { roster, receipts } = conversation;
  const then = row.rosterHead === undefined ? roster : rosterAt(roster, row.rosterHead);
  const members = [...(then?.members ?? [])].filter(
    ([user, { devices }]) => user !== self && devices.length > 0,
  );
  return members.map(([user, member]) => ({ user, state: reachedBy(member) }));

  function reachedBy({ devices }: RosterMember): Reached["state"] {
    const has = (kind: "delivered" | "read") =>
      devices.some((device) => isCovered(receipts.get(device), kind, row.sequence));
    if (has("read")) return "read";
    return has("delivered") ? "delivered" : "sent";
  }
}
