import {
  createDeviceSigner,
  type DeviceSigningKeys,
  generateDeviceSigningKeys,
  type StoredSigningKey,
} from "../../protocol/device-keys.ts";
import type { DualSigner } from "../../protocol/signing.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { randomUuid } from "../../shared/uuid.ts";
import { MessengerError } from "../messenger-error.ts";
import type { DeviceStore } from "../store/device-store.ts";
import { type IdentityRow, identityRow } from "./rows.ts";

/** This device: whose it is, its identifier and its signing keys. */
export interface DeviceIdentity {
  readonly user: string;
  readonly userBytes: Bytes;
  readonly userName: string;
  readonly site: string;
  readonly device: string;
  readonly deviceBytes: Bytes;
  readonly signer: DualSigner;
}

interface Person {
  readonly id: string;
  readonly name: string;
  readonly site: string;
}

/**
 * Loads the identity of this store, or makes one for `person`. Private keys are non-extractable where the store can
 * keep such keys, otherwise 32-byte seeds in an encrypted row.
 * @throws MessengerError "enrol.other-user" when the store is another person's device.
 */
export async function openIdentity(store: DeviceStore, person: Person): Promise<DeviceIdentity> {
  const row = await store.get("device", "identity");
  if (row === undefined) return await makeIdentity(store, person);
  const identity = identityRow.decode(row);
  if (toHex(identity.user) !== person.id) {
    throw new MessengerError(
      "enrol.other-user",
      `this profile already is the device of ${identity.userName}`,
      {
        nextStep:
          "Open this post under its own address, or in a private window; or forget the device here first.",
      },
    );
  }
  const keys: DeviceSigningKeys = {
    ed25519: await storedKey(store, "ed25519", identity.ed25519Seed),
    mlDsa: await storedKey(store, "ml-dsa", identity.mlDsaSeed),
  };
  return await withSigner(identity, keys);
}

async function makeIdentity(store: DeviceStore, person: Person): Promise<DeviceIdentity> {
  const keys = await generateDeviceSigningKeys(store.shelf ? "handles" : "seeds");
  const signer = await createDeviceSigner(keys);
  const row: IdentityRow = {
    user: fromHex(person.id),
    userName: person.name,
    site: person.site,
    device: randomUuid(),
    ed25519Key: signer.ed25519PublicKey,
    mlDsaKey: signer.mlDsaPublicKey,
    ...(keys.ed25519.kind === "seed" ? { ed25519Seed: keys.ed25519.seed.reveal() } : {}),
    ...(keys.mlDsa.kind === "seed" ? { mlDsaSeed: keys.mlDsa.seed.reveal() } : {}),
  };
  if (store.shelf && keys.ed25519.kind === "handle") await store.shelf.put("ed25519", keys.ed25519);
  if (store.shelf && keys.mlDsa.kind === "handle") await store.shelf.put("ml-dsa", keys.mlDsa);
  await store.commit([{ table: "device", key: "identity", value: identityRow.encode(row) }]);
  return await withSigner(row, keys);
}

async function storedKey(
  store: DeviceStore,
  name: string,
  seed: Bytes | undefined,
): Promise<StoredSigningKey> {
  if (seed) return { kind: "seed", seed: SecretBytes.copyOf(seed) };
  const handle = await store.shelf?.get(name);
  if (!handle) {
    throw new MessengerError("store.corrupt", "this device's private key is gone", {
      nextStep: "Forget this device here and enrol again.",
    });
  }
  return { kind: "handle", ...handle };
}

/** Seeds are zeroed once the signer has what it needs. */
async function withSigner(row: IdentityRow, keys: DeviceSigningKeys): Promise<DeviceIdentity> {
  const signer = await createDeviceSigner(keys);
  for (const key of [keys.ed25519, keys.mlDsa]) if (key.kind === "seed") key.seed.destroy();
  return {
    user: toHex(row.user),
    userBytes: row.user,
    userName: row.userName,
    site: row.site,
    device: toHex(row.device),
    deviceBytes: row.device,
    signer,
  };
}
