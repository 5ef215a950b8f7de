import { writeAccessCard } from "../../protocol/access-card.ts";
import { type Approval, checkApproval } from "../../protocol/approval.ts";
import { deviceKeysHash, enrolmentDigits } from "../../protocol/safety-number.ts";
import { findSite, type SiteEntry, type SiteList } from "../../protocol/site-list.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { AccessCards } from "./access-cards.ts";
import type { AccessSecrets } from "./access-secrets.ts";
import type { DeviceRegister } from "./device-register.ts";
import type { DeviceRow } from "./device-row.ts";
import type { StandingApprovals } from "./standing-approvals.ts";

export interface ApprovalsOptions {
  readonly devices: DeviceRegister;
  readonly secrets: AccessSecrets;
  readonly siteList: () => SiteList;
  /** Where access cards wait: only where secrets are handed over by hand. */
  readonly cards: AccessCards | undefined;
  readonly standing: StandingApprovals;
  /** Durable before a certificate leaves. */
  readonly record: (device: DeviceRow, by: string) => Promise<void>;
  readonly now: () => number;
}

/** Who waits at one site, and letting them in: always exactly the keys that were compared. */
export class Approvals {
  readonly #options: ApprovalsOptions;

  constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  /** True where an officer approves each device and its access secret is carried by hand. */
  get byOfficer(): boolean {
    return this.#options.cards !== undefined;
  }

  /** What an approval names: hash over the device's keys and the site's. */
  keysHashOf(device: DeviceRow): Bytes {
    return deviceKeysHash(device, this.#site());
  }

  /** 30 digits. */
  digitsOf(device: DeviceRow): string {
    return enrolmentDigits(device, this.#site());
  }

  /**
   * Certifies a waiting device at its next request. False when no such device waits.
   * @throws ProtocolError approval.other-device, approval.other-keys
   */
  async approve(approval: Approval, by: string): Promise<boolean> {
    const pending = await this.#options.devices.find(approval.device);
    if (pending?.state !== "pending") return false;
    checkApproval(approval, { device: pending.device, keysHash: this.keysHashOf(pending) });
    return await this.#admit(pending, by);
  }

  /** Approves a waiting device whose digits were entered at the command line. */
  async approveStanding(pending: DeviceRow): Promise<boolean> {
    const { standing, devices } = this.#options;
    if (!standing.includes(devices.site, this.digitsOf(pending))) return false;
    return await this.#admit(pending, "command line");
  }

  async #admit(pending: DeviceRow, by: string): Promise<boolean> {
    const { devices, cards, secrets, record, now } = this.#options;
    if (cards !== undefined) {
      const { secret } = await secrets.restart(pending.device);
      const facts = { site: devices.site, device: pending.device, keysHash: this.keysHashOf(pending) };
      cards.write(devices.site, pending.device, writeAccessCard(facts, secret, now()));
    }
    const row = await devices.changeState(pending.device, ["pending"], "certified", { assurance: 1 });
    if (row !== undefined) await record(row, by);
    return row !== undefined;
  }

  #site(): SiteEntry {
    const entry = findSite(this.#options.siteList(), this.#options.devices.site);
    if (entry === undefined) throw new Error("a gateway's own site is not in the site list");
    return entry;
  }
}
