import { parseDrawRecord } from "../../protocol/draw-record.ts";
import type { DrawRequest } from "../../protocol/draw-request.ts";
import type { Recipient } from "../../protocol/recipients.ts";
import type { Suite } from "../../protocol/suites.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { randomUuid } from "../../shared/uuid.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { type GatewayPort, GatewayRefused } from "../gateway/gateway-port.ts";
import { MessengerError } from "../messenger-error.ts";
import type { DrawnKey } from "./outbox-item.ts";

/** The answer to a draw never came. `requestId` lets the next attempt make the gateway void that key. */
export class DrawLost extends MessengerError {
  readonly requestId: Bytes;

  constructor(requestId: Bytes, cause: MessengerError) {
    super(
      cause.code,
      cause.message,
      cause.nextStep === undefined ? { cause } : { cause, nextStep: cause.nextStep },
    );
    this.requestId = requestId;
  }
}

/** `only`: the one device that a message is sent again to. */
interface DrawShape {
  readonly suite: Suite;
  readonly bytes: number;
  readonly level: number;
  readonly only: Recipient | undefined;
}

/**
 * Draws key for all devices of a conversation but this one, or for one of them. An earlier request whose answer was lost is repeated
 * first: the gateway voids its key and says so.
 * @throws GatewayRefused, DrawLost, MessengerError "draw.mismatch" (the record is not what was asked; the key is
 * voided).
 */
export async function drawKey(
  parts: EngineParts,
  conversation: Conversation,
  shape: DrawShape,
  lostRequest?: Bytes,
): Promise<DrawnKey> {
  const rosterHead = conversation.roster?.head;
  if (!rosterHead)
    throw new MessengerError("roster.unknown", "the conversation's membership is not known yet");
  const request: DrawRequest = {
    requestId: lostRequest ?? randomUuid(),
    suite: shape.suite,
    bytes: shape.bytes,
    conversation: conversation.idBytes,
    rosterHead,
    recipients: shape.only ? [shape.only] : conversation.recipients(parts.self.device, parts.revocations()),
    count: 1,
    level: shape.level,
  };
  try {
    return checkDrawn(parts.gateway, request, await parts.gateway.draw(request));
  } catch (error) {
    if (error instanceof GatewayRefused) {
      if (lostRequest !== undefined && error.code === "draw.repeated")
        return await drawKey(parts, conversation, shape);
      throw error;
    }
    if (error instanceof MessengerError && error.code === "gateway.offline")
      throw new DrawLost(request.requestId, error);
    throw error;
  }
}

/** The channel authenticates the gateway; its record's signature is for the receivers. */
function checkDrawn(
  gateway: GatewayPort,
  request: DrawRequest,
  drawn: { record: Bytes; key: Bytes },
): DrawnKey {
  const key = SecretBytes.own(drawn.key);
  const record = parseDrawRecord(drawn.record);
  const { value } = record;
  const matches =
    value.suite === request.suite &&
    value.bytes === request.bytes &&
    key.length === request.bytes &&
    equalBytes(value.conversation, request.conversation) &&
    equalBytes(value.rosterHead, request.rosterHead) &&
    value.recipients.length === request.recipients.length &&
    value.recipients.every(({ device }, i) =>
      equalBytes(device, (request.recipients[i] as { device: Bytes }).device),
    );
  if (matches) return { record, key };
  key.destroy();
  gateway.void(record.hash);
  throw new MessengerError("draw.mismatch", "the gateway drew a key for something else than was asked", {
    nextStep: "Try again; if it goes on, tell your site's officer.",
  });
}
