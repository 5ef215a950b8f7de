import { type Bytes, equalBytes } from "../shared/bytes.ts";
import { fromCarriedText, toCarriedText } from "./carried-text.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { hashBytes, idBytes, versionedOf } from "./cbor-codecs.ts";
import { limits } from "./limits.ts";
import { type SafetyIdentity, safetyHash } from "./safety-number.ts";

/** What one screen shows the other's camera: how it sees both users. No secret. */
interface SafetyCode {
  readonly own: Bytes;
  readonly ownHash: Bytes;
  readonly other: Bytes;
  readonly otherHash: Bytes;
}

const codec = versionedOf<SafetyCode>({
  own: [2, idBytes],
  ownHash: [3, hashBytes],
  other: [4, idBytes],
  otherHash: [5, hashBytes],
});

/** Text of the QR code: the whole hashes behind the safety number, not 30 digits of each. */
export function writeSafetyCode(own: SafetyIdentity, other: SafetyIdentity): string {
  const code = {
    own: own.user,
    ownHash: safetyHash(own),
    other: other.user,
    otherHash: safetyHash(other),
  };
  return toCarriedText("safety", encodeWith(codec, "safety code", code, limits.header));
}

/** "other-people": the code belongs to another pair of users. "differs": somebody's keys are not what they should be. */
export type SafetyComparison = "same" | "differs" | "other-people";

/** Compares a scanned code with this device's own view. @throws ProtocolError carried.*, cbor.* */
export function compareSafetyCode(
  text: string,
  own: SafetyIdentity,
  other: SafetyIdentity,
): SafetyComparison {
  const code = decodeWith(codec, "safety code", fromCarriedText("safety", text), limits.header);
  if (!equalBytes(code.own, other.user) || !equalBytes(code.other, own.user)) return "other-people";
  const same = equalBytes(code.ownHash, safetyHash(other)) && equalBytes(code.otherHash, safetyHash(own));
  return same ? "same" : "differs";
}
