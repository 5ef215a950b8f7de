import { parseRevocationList, Revocations, signRevocationList } from "../../protocol/revocation-list.ts";
import type { DualSigner } from "../../protocol/signing.ts";
import type { SiteList } from "../../protocol/site-list.ts";
import { type Bytes, copyBytes, equalBytes } from "../../shared/bytes.ts";
import type { Database } from "../../shared/database/database.ts";
import type { DeviceRegister } from "../enrolment/device-register.ts";
import { GatewayError } from "../gateway-error.ts";

export interface SiteRevocationsOptions {
  readonly devices: DeviceRegister;
  readonly database: Database;
  readonly signer: DualSigner;
  readonly siteList: () => SiteList;
  /** A list is new here: this site's own, or another's. */
  readonly onList: (list: Bytes) => void;
}

/** The signed lists of revoked devices as one gateway holds them: its own site's, and the newest of every other. */
export class SiteRevocations {
  readonly #options: SiteRevocationsOptions;
  #others = new Revocations();
  #own: Promise<Bytes> | undefined;
  #taking: Promise<unknown> = Promise.resolve();

  constructor(options: SiteRevocationsOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const rows = await this.#options.database.query<{ list: Uint8Array }>(
      `SELECT "list" FROM "gateway_revocation_list" WHERE "site" = $1`,
      [this.#site],
    );
    this.#others = new Revocations(rows.map(({ list }) => parseRevocationList(copyBytes(list))));
  }

  /** Whether its own site, another than this, revoked the device. */
  isRevoked(deviceSite: string, device: Uint8Array): boolean {
    return this.#others.revokedAt(deviceSite, device) !== undefined;
  }

  /** This site's list, signed; the same bytes until the next revocation. The serial counts the devices on it. */
  own(): Promise<Bytes> {
    this.#own ??= this.#sign().catch((error) => {
      this.#own = undefined;
      throw error;
    });
    return this.#own;
  }

  /** A device of this site was revoked: the register knows. */
  async changed(): Promise<void> {
    this.#own = undefined;
    this.#options.onList(await this.own());
  }

  /** Every list that names a device, this site's first. */
  async all(): Promise<readonly Bytes[]> {
    const own = await this.own();
    const named = parseRevocationList(own).value.devices.length > 0;
    return named ? [own, ...this.#others.lists] : this.#others.lists;
  }

  /**
   * Keeps another site's list. Durable before it returns.
   * @throws GatewayError revocation.other-site; ProtocolError revocation.*, signature.*, cbor.*
   */
  take(from: string, list: Bytes): Promise<void> {
    const taken = this.#taking.then(() => this.#take(from, list));
    this.#taking = taken.catch(() => undefined);
    return taken;
  }

  async #take(from: string, list: Bytes): Promise<void> {
    const { database, siteList, onList } = this.#options;
    if (parseRevocationList(list).value.site !== from || from === this.#site)
      throw new GatewayError("revocation.other-site", "A site may revoke its own devices only.", {
        status: 403,
      });
    if (this.#others.lists.some((known) => equalBytes(known, list))) return;
    const others = await this.#others.with(list, siteList());
    await database.query(
      `INSERT INTO "gateway_revocation_list" ("site", "list_site", "list") VALUES ($1, $2, $3)
       ON CONFLICT ("site", "list_site") DO UPDATE SET "list" = EXCLUDED."list"`,
      [this.#site, from, list],
    );
    this.#others = others;
    onList(list);
  }

  async #sign(): Promise<Bytes> {
    const { devices, signer } = this.#options;
    const revoked = (await devices.list()).flatMap(({ device, state, revokedAt }) =>
      state === "revoked" ? [{ device, revokedAt: revokedAt ?? 0 }] : [],
    );
    const issuedAt = Math.max(0, ...revoked.map(({ revokedAt }) => revokedAt));
    const list = { site: this.#site, serial: revoked.length, issuedAt, devices: revoked };
    return await signRevocationList(list, signer);
  }

  get #site(): string {
    return this.#options.devices.site;
  }
}
