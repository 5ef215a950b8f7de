import { parseDrawRecord } from "../../protocol/draw-record.ts";
import { checkLevel, suiteOffered } from "../../protocol/level-policy.ts";
import { checkResendRequest, parseResendRequest, type SentMessage } from "../../protocol/resend-request.ts";
import { type Suite, satisfiesMinimum } from "../../protocol/suites.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import type { ChangeDesk } from "../content/change-desk.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { answeredRow, hashRow, type MessageRow, ordinalKey, recordRow } from "../engine/rows.ts";
import type { StoreWrite } from "../store/device-store.ts";
import type { Outgoing } from "./outgoing.ts";

/** An own message that somebody asks for. */
interface Asked {
  readonly ordinal: number;
  readonly row: MessageRow;
  readonly sent: Omit<SentMessage, "resentToDevice">;
}

/**
 * Answers requests to send an own message again: once each, three times a device at most, and only to a device that the
 * message was encrypted for when it was written. Everything else is left without an answer.
 */
export class ResendDesk {
  readonly #parts: EngineParts;
  readonly #outgoing: Outgoing;
  readonly #changes: ChangeDesk;

  constructor(parts: EngineParts, outgoing: Outgoing, changes: ChangeDesk) {
    this.#parts = parts;
    this.#outgoing = outgoing;
    this.#changes = changes;
  }

  /**
   * What to store with the request's place in the log, so that it is answered once whatever happens; nothing when it is
   * none of this device's, or may not be answered.
   */
  async answer(conversation: Conversation, bytes: Bytes): Promise<readonly StoreWrite[]> {
    try {
      return await this.#answer(conversation, bytes);
    } catch {
      // Malformed, forged, or asking for what it may not have: whoever asks is told nothing.
      return [];
    }
  }

  async #answer(conversation: Conversation, bytes: Bytes): Promise<readonly StoreWrite[]> {
    const { roster } = conversation;
    const { self, store, revocations } = this.#parts;
    const request = parseResendRequest(bytes);
    const { envelope, device } = request.value;
    if (!roster?.devices.has(self.device) || equalBytes(device, self.deviceBytes)) return [];
    const asked = await this.#find(conversation, envelope);
    if (!asked) return [];
    const key = `${toHex(envelope)}/${toHex(device)}`;
    const known = await store.get("answered", key);
    const requests = known ? answeredRow.decode(known).requests : [];
    if (requests.some((one) => equalBytes(one, request.hash))) return [];
    const recipient = await checkResendRequest(request, roster, {
      ...asked.sent,
      resentToDevice: requests.length,
    });
    if (revocations().revokedAt(recipient.site, recipient.device) !== undefined) return [];
    const suite = this.#suiteFor(conversation, asked.row);
    const resends = { hash: envelope, recipient };
    return [
      { table: "answered", key, value: answeredRow.encode({ requests: [...requests, request.hash] }) },
      this.#outgoing.writeAgain(conversation, { ...asked, suite, resends }),
    ];
  }

  async #find(conversation: Conversation, envelope: Bytes): Promise<Asked | undefined> {
    const { store } = this.#parts;
    const bytes = await store.get("hashes", toHex(envelope));
    const place = bytes && hashRow.decode(bytes);
    if (!place?.own || !equalBytes(place.conversation, conversation.idBytes)) return undefined;
    const found = await this.#changes.read(ordinalKey(conversation.id, place.ordinal));
    if (!found?.row.recordHash || !found.row.hash || !equalBytes(found.row.hash, envelope)) return undefined;
    const used = await store.get("records", toHex(found.row.recordHash));
    if (!used) return undefined;
    const { recipients } = parseDrawRecord(recordRow.decode(used).record).value;
    return {
      ordinal: place.ordinal,
      row: found.row,
      sent: { recipients, deleted: found.content.deleted },
    };
  }

  /** The suite it went out in, or a stronger one where level or conversation demand it by now. */
  #suiteFor({ roster }: Conversation, row: MessageRow): Suite {
    const suite = row.suite as Suite;
    const policy = this.#parts.levelPolicy();
    try {
      checkLevel(suite, row.level, policy);
      if (satisfiesMinimum(suite, roster?.suiteMinimum)) return suite;
    } catch {
      // Below: what the level offers now.
    }
    return suiteOffered(row.level, roster?.suiteMinimum, policy);
  }
}
