import { Revocations } from "../../protocol/revocation-list.ts";
import type { SiteList } from "../../protocol/site-list.ts";
import { type Bytes, utf8 } from "../../shared/bytes.ts";
import type { DeviceIdentity } from "../engine/device-identity.ts";
import { type DeviceStore, type StoreWrite, tables } from "../store/device-store.ts";

const markKey = "revoked";

/**
 * Whether the own site's signed list names this device. A closed connection says nothing: anybody on the way can close
 * it, and what follows cannot be undone.
 */
export async function isOnList(list: Bytes, siteList: SiteList, identity: DeviceIdentity): Promise<boolean> {
  const revocations = await new Revocations().with(list, siteList).catch(() => undefined);
  return revocations?.revokedAt(identity.site, identity.deviceBytes) !== undefined;
}

/** Removes every key and every row of this device and leaves a mark, all or nothing. */
export async function eraseRevoked(store: DeviceStore): Promise<void> {
  const writes: StoreWrite[] = [];
  for (const table of tables)
    for (const { key } of await store.range(table, { prefix: "" })) writes.push({ table, key, value: null });
  await store.commit([...writes, { table: "device", key: markKey, value: utf8("1") }]);
  await store.shelf?.clear();
}

export async function isMarkedRevoked(store: DeviceStore): Promise<boolean> {
  return (await store.get("device", markKey)) !== undefined;
}
