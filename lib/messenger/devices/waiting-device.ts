import { readAccessCard } from "../../protocol/access-card.ts";
import { comparableDigits, deviceKeysHash } from "../../protocol/safety-number.ts";
import { findSite, type SiteList } from "../../protocol/site-list.ts";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import type { EnrolmentView } from "../api/devices.ts";
import type { DeviceIdentity } from "../engine/device-identity.ts";
import { MessengerError } from "../messenger-error.ts";
import type { DeviceStore } from "../store/device-store.ts";

/** A device that asked its site and is not at work yet: what it shows, and the card it takes. */
export interface WaitingDevice {
  readonly identity: DeviceIdentity;
  readonly sealingKey: Bytes;
  readonly siteList: SiteList;
  readonly needsCard: boolean;
  readonly approved: boolean;
}

/** "vernam:device:<identifier>:<hash over the keys>", hex: what an officer may scan instead of reading 30 digits. */
function deviceCode(device: string, keysHash: string): string {
  return `vernam:device:${device}:${keysHash}`;
}

export function viewWaiting(waiting: WaitingDevice): EnrolmentView {
  const { identity, needsCard, approved } = waiting;
  const keysHash = keysHashOf(waiting);
  return {
    device: identity.device,
    digits: comparableDigits(keysHash).replace(/(\d{5})(?=\d)/g, "$1 "),
    qr: deviceCode(identity.device, toHex(keysHash)),
    needsCard,
    approved,
  };
}

/**
 * Keeps the access secret of a card that was carried here. Durable when the promise resolves.
 * @throws ProtocolError carried.*, access-card.*
 */
export async function takeCard(waiting: WaitingDevice, store: DeviceStore, text: string): Promise<void> {
  const { identity } = waiting;
  const own = { site: identity.site, device: identity.deviceBytes, keysHash: keysHashOf(waiting) };
  const { secret } = readAccessCard(text, own);
  const older = await store.range("device", { prefix: "access/" });
  await store.commit([
    ...older.map(({ key }) => ({ table: "device" as const, key, value: null })),
    { table: "device", key: "access/0000000000", value: copyBytes(secret.reveal()) },
  ]);
  secret.destroy();
}

function keysHashOf({ identity, sealingKey, siteList }: WaitingDevice): Bytes {
  const site = findSite(siteList, identity.site);
  if (!site) throw new MessengerError("site.unknown", "this device's site is not in the network's list");
  const { ed25519PublicKey: ed25519Key, mlDsaPublicKey: mlDsaKey } = identity.signer;
  return deviceKeysHash({ ed25519Key, mlDsaKey, sealingKey }, site);
}
