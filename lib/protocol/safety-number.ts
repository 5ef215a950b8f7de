import type { Bytes } from "../shared/bytes.ts";
import { compareBytes } from "./compare-bytes.ts";
import { frame } from "./frame.ts";
import { hash } from "./hash.ts";
import { framedLabel, labels } from "./labels.ts";

export interface SafetyIdentity {
  readonly user: Bytes;
  /** Signing keys of all the user's devices on the roster, in any order. */
  readonly devices: readonly { readonly ed25519Key: Bytes; readonly mlDsaKey: Bytes }[];
}

/** 60 digits in twelve groups of five, the same at both ends: each user's 30, the lower half first. */
export function safetyNumber(a: SafetyIdentity, b: SafetyIdentity): string {
  const halves = [safetyHalf(a), safetyHalf(b)].sort();
  return halves.join("").replace(/(\d{5})(?=\d)/g, "$1 ");
}

/** The first 30 digits of `safetyHash`. */
export function safetyHalf(identity: SafetyIdentity): string {
  return digitsOf(safetyHash(identity));
}

/** hash(frame(label) ‖ frame(user) ‖ per device, sorted: frame(Ed25519) ‖ frame(ML-DSA)). */
export function safetyHash(identity: SafetyIdentity): Bytes {
  const devices = [...identity.devices].sort(
    (x, y) => compareBytes(x.ed25519Key, y.ed25519Key) || compareBytes(x.mlDsaKey, y.mlDsaKey),
  );
  const keys = devices.map(({ ed25519Key, mlDsaKey }) => frame(ed25519Key, mlDsaKey));
  return hash(framedLabel(labels.safety), frame(identity.user), ...keys);
}

interface EnrollingDevice {
  readonly ed25519Key: Bytes;
  readonly mlDsaKey: Bytes;
  readonly sealingKey: Bytes;
}

interface EnrollingSite {
  readonly ed25519Key: Bytes;
  readonly mlDsaKey: Bytes;
}

/** What officer and user compare in approval mode: 30 digits over the device's keys and the site's. */
export function enrolmentDigits(device: EnrollingDevice, site: EnrollingSite): string {
  return digitsOf(deviceKeysHash(device, site));
}

/** The whole hash behind those digits: what an approval and an access card name. */
export function deviceKeysHash(device: EnrollingDevice, site: EnrollingSite): Bytes {
  const parts = frame(device.ed25519Key, device.mlDsaKey, device.sealingKey, site.ed25519Key, site.mlDsaKey);
  return hash(framedLabel(labels.enrolDigits), parts);
}

/** The first 30 digits of `deviceKeysHash` or `safetyHash`. */
export function comparableDigits(digest: Bytes): string {
  return digitsOf(digest);
}

/** Each 5 bytes of the hash, big-endian, modulo 100,000, as five digits; six times. */
function digitsOf(digest: Bytes): string {
  let digits = "";
  for (let i = 0; i < 30; i += 5) {
    const chunk = digest.subarray(i, i + 5).reduce((value, byte) => value * 256 + byte, 0);
    digits += String(chunk % 100_000).padStart(5, "0");
  }
  return digits;
}
