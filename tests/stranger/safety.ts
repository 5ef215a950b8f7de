import { frame, hash, hex, label } from "./framing.ts";
import { demand } from "./refused.ts";
import type { SigningKeys } from "./signatures.ts";

/** 30 digits: six times five bytes, each a big-endian number modulo 100,000. */
export function digits(whole: Uint8Array): string {
  const bytes = Buffer.from(whole);
  return [0, 5, 10, 15, 20, 25]
    .map((at) => String(bytes.readUIntBE(at, 5) % 100_000).padStart(5, "0"))
    .join("");
}

/** Safety hash of a user and the devices. */
export function safetyHash(user: string, devices: Required<SigningKeys>[]): Buffer {
  const keys = devices.map(({ ed25519Key, mlDsaKey }) => frame(hex(ed25519Key), hex(mlDsaKey)));
  return hash(label("safety"), frame(hex(user)), ...keys.sort(Buffer.compare));
}

/** Safety number of two users, in groups of five. */
export function safetyNumber(one: Uint8Array, other: Uint8Array): string {
  const halves = [digits(one), digits(other)].sort();
  return (halves.join("").match(/.{5}/g) ?? []).join(" ");
}

interface EnrolledKeys extends Required<SigningKeys> {
  readonly sealingKey: string;
}

/** Keys hash of a device at a site. */
export function keysHash(device: EnrolledKeys, site: Required<SigningKeys>): Buffer {
  const keys = [device.ed25519Key, device.mlDsaKey, device.sealingKey, site.ed25519Key, site.mlDsaKey];
  return hash(label("enrol digits"), frame(...keys.map(hex)));
}

/** Text that a QR code or a small file carries. */
export function carry(kind: "access" | "safety", bytes: Uint8Array): string {
  const check = hash(bytes).subarray(0, 4);
  return `vernam:${kind}:${Buffer.concat([bytes, check]).toString("base64url")}`;
}

/** @throws Refused carried.kind, carried.malformed */
export function uncarry(kind: "access" | "safety", carried: string): Buffer {
  const text = carried.replace(/\s/g, "");
  const prefix = `vernam:${kind}:`;
  demand(text.startsWith(prefix), "carried.kind");
  const joined = Buffer.from(text.slice(prefix.length), "base64url");
  const bytes = joined.subarray(0, -4);
  demand(carry(kind, bytes) === text, "carried.malformed");
  return bytes;
}
