import type { SuiteName } from "../../messenger/messenger-api.ts";
import { parseEnvelope } from "../../protocol/envelope.ts";
import { suites } from "../../protocol/suites.ts";
import { toHex } from "../../shared/hex.ts";
import type { WireFrame } from "../wire-frame.ts";

/** What somebody is supposed to have or to be able to do, besides the relay's whole record. */
export interface Adversary {
  /** The mathematics under X-Wing is solved. */
  readonly xWing: boolean;
  /** The keys of the QKD network are known: its physics, its devices or its trusted nodes failed. */
  readonly qkd: boolean;
  /** All that ever passed between the devices and their gateways was recorded too. */
  readonly lastMetre: boolean;
}

export interface RecordedMessage {
  /** Message id, hex. */
  readonly id: string;
  readonly conversation: string;
  readonly suite: SuiteName;
}

const names: ReadonlyMap<number, SuiteName> = new Map([
  [suites.otp, "OTP"],
  [suites.aes, "AES"],
  [suites.hybrid, "HYBRID"],
  [suites.otpHybrid, "OTP_HYBRID"],
]);

/** The messages among what was recorded, read from the bytes alone: suite and identifier are not secret. */
export function recordedMessages(frames: readonly WireFrame[]): readonly RecordedMessage[] {
  return frames.flatMap(({ event, bytes, conversation }) => {
    if (event !== "envelope") return [];
    const { fields } = parseEnvelope(bytes);
    const suite = names.get(fields.suite);
    return suite === undefined ? [] : [{ id: toHex(fields.messageId), conversation, suite }];
  });
}

/**
 * Whether a recorded message opens (docs/PROTOCOL.md, "What is promised to whom"). Its key is the QKD key, with the
 * hybrid suites together with a secret sealed by X-Wing from device to device. On the last metre the QKD key travels
 * under X-Wing and an access secret; where that secret once crossed the network, X-Wing alone protected it.
 * @param byHand the access secrets of all its devices were handed over by hand.
 */
export function opens(suite: SuiteName, byHand: boolean, adversary: Adversary): boolean {
  const { xWing, qkd, lastMetre } = adversary;
  const quantumPart = qkd || (lastMetre && xWing && !byHand);
  const hybrid = suite === "HYBRID" || suite === "OTP_HYBRID";
  return quantumPart && (!hybrid || xWing);
}
