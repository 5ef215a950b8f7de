import { type Bytes, equalBytes } from "../shared/bytes.ts";
import { toHex } from "../shared/hex.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { hashBytes, idBytes, oneOf, uintOf, versionedOf } from "./cbor-codecs.ts";
import { labels } from "./labels.ts";
import { limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { Recipient } from "./recipients.ts";
import type { Roster } from "./roster.ts";
import { type Parsed, parseSigned, signBody, verifySigned } from "./signed.ts";
import type { Signer } from "./signing.ts";

export const resendReasons = { keyLost: 1, keyExpired: 2, cannotOpen: 3 } as const;

/** A receiver's device asks the sender's for one message again. Signed; costs no key. */
export interface ResendRequest {
  readonly conversation: Bytes;
  /** The device that asks. */
  readonly device: Bytes;
  readonly envelope: Bytes;
  readonly reason: 1 | 2 | 3;
  readonly at: number;
}

const codec = versionedOf<ResendRequest>({
  conversation: [2, idBytes],
  device: [3, idBytes],
  envelope: [4, hashBytes],
  reason: [5, oneOf([resendReasons.keyLost, resendReasons.keyExpired, resendReasons.cannotOpen])],
  at: [6, uintOf()],
});

function encodeResendRequest(request: ResendRequest): Bytes {
  return encodeWith(codec, "re-send request", request, limits.header);
}

function decodeResendRequest(body: Uint8Array): ResendRequest {
  return decodeWith(codec, "re-send request", body, limits.header);
}

/** Returns the encoded Signed. */
export function signResendRequest(request: ResendRequest, signer: Signer): Promise<Bytes> {
  return signBody(labels.resend, encodeResendRequest(request), signer);
}

export function parseResendRequest(bytes: Uint8Array): Parsed<ResendRequest> {
  return parseSigned(bytes, decodeResendRequest);
}

/** How often one device may have one message again. */
export const resendsPerDevice = 3;

/** The own message that is asked for, as the sender's device has stored it. */
export interface SentMessage {
  /** Recipients of the draw record that it went out under; in AES and HYBRID, of its epoch's. */
  readonly recipients: readonly Recipient[];
  /** How often this device was sent it again already. */
  readonly resentToDevice: number;
  readonly deleted: boolean;
}

/**
 * Whether the text may be sent again to the device that asks, and only to it: under a fresh key, with `resends` set.
 * @throws ProtocolError signature.*, resend.conversation, resend.not-member (or not any more), resend.unknown-message,
 * resend.not-named (the device was not named originally), resend.deleted, resend.too-often
 */
export async function checkResendRequest(
  request: Parsed<ResendRequest>,
  roster: Roster,
  sent: SentMessage | undefined,
): Promise<Recipient> {
  const { value, signed } = request;
  if (!equalBytes(value.conversation, roster.conversation))
    throw new ProtocolError("resend.conversation", "the request belongs to another conversation");
  const device = roster.devices.get(toHex(value.device));
  if (device === undefined)
    throw new ProtocolError("resend.not-member", "the device that asks is no member's device now");
  await verifySigned(labels.resend, signed, { ed25519Key: device.ed25519Key });
  if (sent === undefined)
    throw new ProtocolError("resend.unknown-message", "this device did not send the message asked for");
  const named = sent.recipients.find((one) => equalBytes(one.device, value.device));
  if (named === undefined)
    throw new ProtocolError("resend.not-named", "the message was never meant for the device that asks");
  if (sent.deleted) throw new ProtocolError("resend.deleted", "the message asked for was deleted");
  if (sent.resentToDevice >= resendsPerDevice)
    throw new ProtocolError("resend.too-often", "the message was sent again too often to this device");
  return named;
}
