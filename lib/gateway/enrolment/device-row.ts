import type { Role } from "../../protocol/device-certificate.ts";
import { roles as knownRoles } from "../../protocol/device-certificate.ts";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";

export type DeviceState = "pending" | "certified" | "revoked";

/** A device as its own site's gateway knows it. */
export interface DeviceRow {
  readonly site: string;
  readonly device: Bytes;
  readonly user: Bytes;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly ed25519Key: Bytes;
  readonly mlDsaKey: Bytes;
  readonly sealingKey: Bytes;
  readonly state: DeviceState;
  readonly assurance: 0 | 1;
  readonly enrolledAt: number;
  /** Signed DeviceCertificate; absent while pending. */
  readonly certificate: Bytes | undefined;
  readonly certificateHash: Bytes | undefined;
  readonly notAfter: number | undefined;
  /** What the device calls itself, "" when nothing. Nobody vouches for it. */
  readonly label: string;
  /** When it last opened its channel, ms UTC. */
  readonly lastSeen: number | undefined;
  readonly revokedAt: number | undefined;
}

/** The row as the database gives it. */
export interface StoredDevice {
  readonly site: string;
  readonly device: Uint8Array;
  readonly user: Uint8Array;
  readonly name: string;
  readonly roles: string;
  readonly ed25519_key: Uint8Array;
  readonly ml_dsa_key: Uint8Array;
  readonly sealing_key: Uint8Array;
  readonly state: DeviceState;
  readonly assurance: number;
  readonly enrolled_at: number;
  readonly certificate: Uint8Array | null;
  readonly certificate_hash: Uint8Array | null;
  readonly not_after: number | null;
  readonly label: string;
  readonly last_seen: number | null;
  readonly revoked_at: number | null;
}

export function toDeviceRow(stored: StoredDevice): DeviceRow {
  return {
    site: stored.site,
    device: copyBytes(stored.device),
    user: copyBytes(stored.user),
    name: stored.name,
    roles: parseRoles(stored.roles.split(" ")),
    ed25519Key: copyBytes(stored.ed25519_key),
    mlDsaKey: copyBytes(stored.ml_dsa_key),
    sealingKey: copyBytes(stored.sealing_key),
    state: stored.state,
    assurance: stored.assurance === 1 ? 1 : 0,
    enrolledAt: Number(stored.enrolled_at),
    certificate: stored.certificate === null ? undefined : copyBytes(stored.certificate),
    certificateHash: stored.certificate_hash === null ? undefined : copyBytes(stored.certificate_hash),
    notAfter: stored.not_after === null ? undefined : Number(stored.not_after),
    label: stored.label,
    lastSeen: stored.last_seen === null ? undefined : Number(stored.last_seen),
    revokedAt: stored.revoked_at === null ? undefined : Number(stored.revoked_at),
  };
}

/** Only roles this version knows, each once, in the protocol's order. */
export function parseRoles(names: readonly string[]): readonly Role[] {
  return knownRoles.filter((role) => names.includes(role));
}
