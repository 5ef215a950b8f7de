import type { Database } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";

/** Devices of other sites that their own site revoked, as one gateway was told. */
export class Revocations {
  readonly #site: string;
  readonly #database: Database;
  readonly #revoked = new Set<string>();

  constructor(site: string, database: Database) {
    this.#site = site;
    this.#database = database;
  }

  async load(): Promise<void> {
    const rows = await this.#database.query<{ device: Uint8Array; device_site: string }>(
      `SELECT "device", "device_site" FROM "gateway_revocation" WHERE "site" = $1`,
      [this.#site],
    );
    for (const row of rows) this.#revoked.add(`${row.device_site} ${toHex(row.device)}`);
  }

  isRevoked(deviceSite: string, device: Uint8Array): boolean {
    return this.#revoked.has(`${deviceSite} ${toHex(device)}`);
  }

  /** Durable before it returns. */
  async add(deviceSite: string, device: Uint8Array, revokedAt: number): Promise<void> {
    await this.#database.query(
      `INSERT INTO "gateway_revocation" ("site", "device", "device_site", "revoked_at")
       VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      [this.#site, device, deviceSite, revokedAt],
    );
    this.#revoked.add(`${deviceSite} ${toHex(device)}`);
  }
}
