import type { Database } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import { type DeviceRow, type DeviceState, type StoredDevice, toDeviceRow } from "./device-row.ts";

/**
 * The devices of one site. Rows that were asked for stay in memory, since every draw and every sealed copy looks one
 * up; this gateway is the only one that changes them.
 */
export class DeviceRegister {
  readonly site: string;
  readonly #database: Database;
  readonly #known = new Map<string, DeviceRow>();
  /** Every registered device. Records name devices of other sites, which are looked up here in vain all the time. */
  #registered: Promise<Set<string>> | undefined;

  constructor(site: string, database: Database) {
    this.site = site;
    this.#database = database;
  }

  async find(device: Uint8Array): Promise<DeviceRow | undefined> {
    const name = toHex(device);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    if (!(await this.#names()).has(name)) return this.#known.get(name);
    const rows = await this.#database.query<StoredDevice>(
      `SELECT * FROM "gateway_device" WHERE "site" = $1 AND "device" = $2`,
      [this.site, device],
    );
    const row = rows[0] === undefined ? undefined : toDeviceRow(rows[0]);
    // Unknown devices are not remembered: names come from strangers and would fill the memory. And a change that was made while this query ran is newer than its answer.
    if (row !== undefined && !this.#known.has(name)) this.#known.set(name, row);
    return this.#known.get(name) ?? row;
  }

  async findByCertificate(certificateHash: Uint8Array): Promise<DeviceRow | undefined> {
    const rows = await this.#database.query<StoredDevice>(
      `SELECT * FROM "gateway_device" WHERE "site" = $1 AND "certificate_hash" = $2`,
      [this.site, certificateHash],
    );
    return rows[0] === undefined ? undefined : toDeviceRow(rows[0]);
  }

  async ofUser(user: Uint8Array): Promise<readonly DeviceRow[]> {
    const rows = await this.#database.query<StoredDevice>(
      `SELECT * FROM "gateway_device" WHERE "site" = $1 AND "user" = $2`,
      [this.site, user],
    );
    return rows.map(toDeviceRow);
  }

  async list(): Promise<readonly DeviceRow[]> {
    const rows = await this.#database.query<StoredDevice>(
      `SELECT * FROM "gateway_device" WHERE "site" = $1 ORDER BY "enrolled_at", "device"`,
      [this.site],
    );
    return rows.map(toDeviceRow);
  }

  /**
   * Enters a device that asks for the first time. Open mode certifies exactly one device of a user so: the database
   * lets only one row be `first`, and whoever comes second gets false and must be approved.
   */
  async insert(row: DeviceRow, first: boolean): Promise<boolean> {
    const inserted = await this.#database.query(
      `INSERT INTO "gateway_device" ("site", "device", "user", "name", "roles", "ed25519_key", "ml_dsa_key",
         "sealing_key", "state", "first", "assurance", "enrolled_at", "label")
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING RETURNING 1`,
      [
        row.site,
        row.device,
        row.user,
        row.name,
        row.roles.join(" "),
        row.ed25519Key,
        row.mlDsaKey,
        row.sealingKey,
        row.state,
        first,
        row.assurance,
        row.enrolledAt,
        row.label,
      ],
    );
    if (inserted.length === 0) return false;
    this.#known.set(toHex(row.device), row);
    (await this.#names()).add(toHex(row.device));
    return true;
  }

  /** Replaces certificate, sealing key and what the certificate says. */
  async certify(
    row: DeviceRow & {
      readonly certificate: Uint8Array;
      readonly certificateHash: Uint8Array;
      readonly notAfter: number;
    },
  ): Promise<void> {
    await this.#database.query(
      `UPDATE "gateway_device" SET "name" = $3, "roles" = $4, "sealing_key" = $5, "certificate" = $6,
         "certificate_hash" = $7, "not_after" = $8 WHERE "site" = $1 AND "device" = $2`,
      [
        row.site,
        row.device,
        row.name,
        row.roles.join(" "),
        row.sealingKey,
        row.certificate,
        row.certificateHash,
        row.notAfter,
      ],
    );
    this.#known.set(toHex(row.device), row);
  }

  /** Changes the state only from `from`. False when the device is unknown or in another state. */
  async changeState(
    device: Uint8Array,
    from: readonly DeviceState[],
    to: DeviceState,
    change: { readonly assurance?: 0 | 1; readonly revokedAt?: number } = {},
  ): Promise<DeviceRow | undefined> {
    const rows = await this.#database.query<StoredDevice>(
      `UPDATE "gateway_device" SET "state" = $3, "assurance" = COALESCE($4::int2, "assurance"),
         "revoked_at" = COALESCE($5::int8, "revoked_at")
       WHERE "site" = $1 AND "device" = $2 AND "state" = ANY($6::text[]) RETURNING *`,
      [this.site, device, to, change.assurance ?? null, change.revokedAt ?? null, from],
    );
    if (rows[0] === undefined) return undefined;
    const row = toDeviceRow(rows[0]);
    this.#known.set(toHex(device), row);
    return row;
  }

  /** What its commands may do from now on; its certificate says so from the next renewal on. */
  async changeRoles(device: Uint8Array, roles: DeviceRow["roles"]): Promise<void> {
    await this.#database.query(
      `UPDATE "gateway_device" SET "roles" = $3 WHERE "site" = $1 AND "device" = $2`,
      [this.site, device, roles.join(" ")],
    );
    const known = this.#known.get(toHex(device));
    if (known !== undefined) this.#known.set(toHex(device), { ...known, roles });
  }

  /** Notes that the device opened its channel. */
  async seen(device: Uint8Array, at: number): Promise<void> {
    await this.#database.query(
      `UPDATE "gateway_device" SET "last_seen" = $3 WHERE "site" = $1 AND "device" = $2`,
      [this.site, device, at],
    );
    const known = this.#known.get(toHex(device));
    if (known !== undefined) this.#known.set(toHex(device), { ...known, lastSeen: at });
  }

  #names(): Promise<Set<string>> {
    if (this.#registered === undefined) {
      this.#registered = this.#readNames();
      this.#registered.catch(() => {
        this.#registered = undefined;
      });
    }
    return this.#registered;
  }

  async #readNames(): Promise<Set<string>> {
    const rows = await this.#database.query<{ device: Uint8Array }>(
      `SELECT "device" FROM "gateway_device" WHERE "site" = $1`,
      [this.site],
    );
    return new Set(rows.map((row) => toHex(row.device)));
  }
}
