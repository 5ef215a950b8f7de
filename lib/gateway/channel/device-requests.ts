import { type ChannelMessage, deviceStates } from "../../protocol/channel-messages.ts";
import { limits } from "../../protocol/limits.ts";
import { checkRenewal } from "../../protocol/renewal.ts";
import type { DualSigner } from "../../protocol/signing.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { DrawService } from "../draws/draw-service.ts";
import type { RecordStore } from "../draws/record-store.ts";
import type { Approvals } from "../enrolment/approvals.ts";
import type { DeviceRegister } from "../enrolment/device-register.ts";
import type { DeviceRow } from "../enrolment/device-row.ts";
import { issueCertificate } from "../enrolment/issue-certificate.ts";
import type { RoleSource } from "../enrolment/role-source.ts";
import { GatewayError } from "../gateway-error.ts";
import type { GatewayWrites } from "../store/gateway-writes.ts";
import type { RequestAnswer } from "./channel-session.ts";

export interface DeviceRequestsOptions {
  readonly site: string;
  readonly signer: DualSigner;
  readonly roles: RoleSource;
  readonly devices: DeviceRegister;
  readonly approvals: Approvals;
  readonly draws: DrawService;
  readonly records: RecordStore;
  readonly writes: GatewayWrites;
  readonly log: (error: unknown) => void;
  readonly now: () => number;
}

/** A copy may still be on its way from the master's gateway. */
const copyRetryMs = 500;

/** Answers what devices ask inside their channel. */
export class DeviceRequests {
  readonly #options: DeviceRequestsOptions;

  constructor(options: DeviceRequestsOptions) {
    this.#options = options;
  }

  /** @throws VernamError with the code that the device gets. */
  async answer(id: Bytes, message: ChannelMessage): Promise<RequestAnswer> {
    const device = await this.#certified(id);
    switch (message.type) {
      case "draw":
        return this.#draw(device, message);
      case "fetch":
        return { message: await this.#fetch(device, message.recordHash) };
      case "list-waiting":
        return {
          message: { type: "waiting", recordHashes: await this.#options.records.waiting(device.device) },
        };
      case "acknowledge":
        await Promise.all(
          message.recordHashes.map((recordHash) =>
            this.#options.writes.deleteCopy({ site: device.site, device: device.device, recordHash }),
          ),
        );
        return { message: { type: "ok" } };
      case "void":
        await this.#options.draws.void(device, message.recordHash);
        return { message: { type: "ok" } };
      case "stock":
        return { message: { type: "stocked", bits: await this.#options.draws.stock(message.sites) } };
      case "list-devices":
        return { message: await this.#list(device) };
      case "renew":
        return { message: await this.#renew(device, message.sealingKey, message.proof) };
      default:
        throw new GatewayError("channel.not-a-request", "Devices do not send messages of this type.");
    }
  }

  async #certified(id: Bytes): Promise<DeviceRow> {
    const device = await this.#options.devices.find(id);
    if (device?.state !== "certified")
      throw new GatewayError("device.revoked", "This device was revoked by its site.", {
        status: 403,
        nextStep: "Ask the site's officer.",
      });
    return device;
  }

  async #draw(
    device: DeviceRow,
    { request }: Extract<ChannelMessage, { type: "draw" }>,
  ): Promise<RequestAnswer> {
    const { draws, log } = this.#options;
    const drawn = await draws.draw(device, request);
    return {
      message: { type: "drawn", draws: [{ record: drawn.record, key: drawn.key.reveal() }] },
      whenSent: () => drawn.key.destroy(),
      // A lost answer is a lost key.
      whenLost: () => {
        drawn.key.destroy();
        draws.void(device, drawn.recordHash).catch(log);
      },
    };
  }

  async #fetch(device: DeviceRow, recordHash: Bytes): Promise<ChannelMessage> {
    const { records } = this.#options;
    const found = await records.copy(device.device, recordHash);
    if (found !== undefined) return { type: "copy", ...found };
    if ((await records.known(recordHash)).voided)
      throw new GatewayError("copy.void", "The key of this record is void.", {
        nextStep: "Ask the sender to send it again.",
      });
    // The same words whether the record is unknown, not here yet, or for others only.
    throw new GatewayError("copy.unknown", "There is no key of this record for this device here.", {
      retryAfterMs: copyRetryMs,
    });
  }

  /** All devices of the same user, newest first. */
  async #list({ user }: DeviceRow): Promise<ChannelMessage> {
    const { devices, approvals } = this.#options;
    const rows = [...(await devices.ofUser(user))].sort((a, b) => b.enrolledAt - a.enrolledAt);
    return {
      type: "devices",
      byOfficer: approvals.byOfficer,
      devices: rows.slice(0, limits.recipientDevices).map((row) => ({
        device: row.device,
        state: deviceStates[row.state],
        assurance: row.assurance,
        enrolledAt: row.enrolledAt,
        ...(row.lastSeen === undefined ? {} : { lastSeen: row.lastSeen }),
        label: row.label,
        keysHash: approvals.keysHashOf(row),
      })),
    };
  }

  async #renew(device: DeviceRow, sealingKey: Bytes, proof: Bytes): Promise<ChannelMessage> {
    const { devices, roles, signer, now } = this.#options;
    await checkRenewal(device.device, device.mlDsaKey, sealingKey, proof);
    const renewed = await issueCertificate(
      { ...device, sealingKey, roles: roles.rolesOf(device) },
      signer,
      now(),
    );
    await devices.certify(renewed);
    return { type: "renewed", certificate: renewed.certificate };
  }
}
