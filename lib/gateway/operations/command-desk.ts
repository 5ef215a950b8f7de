import { isOrbitRate } from "../../network/clock.ts";
import { checkApproval, readApproval } from "../../protocol/approval.ts";
import { type Command, parseCommand, verifyCommand } from "../../protocol/command.ts";
import {
  checkCertificateTime,
  parseDeviceCertificate,
  type Role,
  verifyDeviceCertificate,
} from "../../protocol/device-certificate.ts";
import type { Parsed } from "../../protocol/signed.ts";
import type { SiteList } from "../../protocol/site-list.ts";
import { equalBytes } from "../../shared/bytes.ts";
import type { SqlClient } from "../../shared/database/database.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import type { Administration } from "../administration/administration.ts";
import {
  administrationCommandRoles,
  isAdministrationCommand,
  prepareAdministration,
} from "../administration/administration-commands.ts";
import type { DeviceRow } from "../enrolment/device-row.ts";
import type { Gateways } from "../gateways.ts";
import type { SiteGateway } from "../site-gateway.ts";
import { badArgument, refused, textArgument } from "./command-arguments.ts";
import { type LinkControls, prepareLinkCommand } from "./link-commands.ts";
import { isStageCommand, type StageDesk } from "./stage-desk.ts";

export interface CommandDeskOptions {
  readonly gateways: Gateways;
  readonly links: LinkControls;
  /** Undefined for a network without satellites. */
  readonly space: { setRate(rate: number): void } | undefined;
  readonly stage: StageDesk;
  readonly administration: Administration;
  /** Some commands make sense in a demonstration only. */
  readonly demonstration: boolean;
  /** Runs `work` in the next commit: the nonce and the ledger row stand or fall together. */
  readonly commit: <T>(work: (client: SqlClient) => Promise<T>) => Promise<T>;
  /** Adds a row to a site's log in the commit under way. */
  readonly ledger: (
    site: string,
    at: number,
    kind: string,
    detail: Record<string, string | number | boolean>,
  ) => void;
  readonly now: () => number;
}

interface Commander {
  readonly gateway: SiteGateway;
  readonly device: DeviceRow;
}

/** A command further in the future could be kept for long and played at a bad moment. */
const longestAheadMs = 5 * 60 * 1000;

/**
 * Carries out commands of people's devices to the key world. What counts is the signature of a certified device
 * whose certificate has the role; who brought the bytes here does not matter.
 */
export class CommandDesk {
  readonly #options: CommandDeskOptions;

  constructor(options: CommandDeskOptions) {
    this.#options = options;
  }

  /**
   * @param bytes CBOR Signed Command.
   * @throws GatewayError command.*, device.*; ProtocolError cbor.*, signature.*, certificate.*; LinkError
   */
  async execute(bytes: Uint8Array): Promise<void> {
    const command = parseCommand(bytes);
    const commander = await this.#commander(command);
    const now = this.#options.now();
    await verifyCommand(command, commander.device.ed25519Key, now);
    if (command.value.expiry > now + longestAheadMs)
      throw refused("command.too-long", "The command is valid for more than five minutes.");
    const effect = await this.#prepare(command.value, commander, now);
    await this.#enter(command.value, commander, now);
    await effect();
  }

  /** The registered, unrevoked device that the command's certificate belongs to. */
  async #commander({ value }: Parsed<Command>): Promise<Commander> {
    const { gateways, now } = this.#options;
    for (const gateway of gateways.all()) {
      const device = await gateway.devices.findByCertificate(value.certificateHash);
      if (device?.certificate === undefined) continue;
      if (device.state !== "certified")
        throw refused("device.revoked", "The device that signed this command was revoked.");
      await checkChain(device, gateways.siteList.value, now());
      return { gateway, device };
    }
    throw refused("command.certificate", "The command's certificate is not one of a device registered here.");
  }

  /** Checks role and arguments; what it returns does the work and is called once the command is in the log. */
  async #prepare(command: Command, commander: Commander, now: number): Promise<() => void | Promise<void>> {
    const { links, stage, demonstration } = this.#options;
    const { kind } = command;
    if (isStageCommand(kind)) {
      requireRole(commander, ["presenter", "administrator"]);
      return stage.prepare({ kind, args: command.args });
    }
    if (isAdministrationCommand(kind)) {
      requireRole(commander, administrationCommandRoles[kind]);
      return prepareAdministration(kind, command, commander.device, { ...this.#options, now });
    }
    switch (kind) {
      case "links.reset":
        requireRole(commander, ["presenter", "administrator"]);
        return () => {
          links.resetAll();
          stage.reset();
        };
      case "link.attack":
      case "link.cut":
      case "link.fault":
      case "link.authentication":
        requireRole(commander, ["presenter", "administrator"]);
        return prepareLinkCommand(command, links, demonstration);
      case "space.clock":
        requireRole(commander, ["presenter", "administrator"]);
        return this.#prepareClock(command);
      case "device.approve":
      case "device.revoke":
        return this.#prepareDevice(command, commander);
      default:
        throw refused("command.unknown", "There is no command of this kind.", 400);
    }
  }

  #prepareClock({ args }: Command): () => void {
    const { space, demonstration } = this.#options;
    const { rate } = args;
    if (space === undefined || typeof rate !== "number" || !isOrbitRate(rate)) throw badArgument("rate");
    if (!demonstration)
      throw refused("command.demonstration-only", "Only a demonstration may make satellites fly faster.");
    return () => space.setRate(rate);
  }

  /** By another device of the same user, or by the officer of the device's site. */
  async #prepareDevice(command: Command, { gateway, device: by }: Commander): Promise<() => Promise<void>> {
    const text = textArgument(command.args, "device");
    if (!/^[0-9a-f]{32}$/.test(text)) throw badArgument("device");
    const target = await gateway.devices.find(fromHex(text));
    const officer = by.roles.includes("officer");
    const own = target !== undefined && equalBytes(target.user, by.user);
    if (target === undefined || (!own && !officer))
      throw refused(
        "command.not-permitted",
        "Only the user's own devices and the site's officer may do this.",
      );
    const signature = toHex(by.device);
    if (command.kind === "device.revoke")
      return async () => void (await gateway.revoke(target.device, signature));
    if (target.state !== "pending")
      throw refused("device.not-pending", "This device does not wait for approval.", 409);
    if (gateway.approvals.byOfficer && !officer)
      throw refused("device.officer-only", "At this site the officer approves each device.");
    const approval = readApproval(command);
    checkApproval(approval, { device: target.device, keysHash: gateway.approvals.keysHashOf(target) });
    return async () => void (await gateway.approvals.approve(approval, signature));
  }

  /** Nonce and ledger row in one commit. @throws GatewayError `command.replayed`. */
  async #enter(command: Command, { gateway, device }: Commander, now: number): Promise<void> {
    const fresh = await this.#options.commit(async (client) => {
      await client.query(`DELETE FROM "gateway_command" WHERE "expiry" < $1`, [now - longestAheadMs]);
      const inserted = await client.query(
        `INSERT INTO "gateway_command" ("nonce", "expiry") VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1`,
        [command.nonce, command.expiry],
      );
      if (inserted.length === 0) return false;
      this.#options.ledger(gateway.site, now, "command", {
        command: command.kind,
        ...Object.fromEntries(Object.entries(command.args).map(([name, value]) => [`arg.${name}`, value])),
        device: toHex(device.device),
        user: toHex(device.user),
        nonce: toHex(command.nonce),
      });
      return true;
    });
    if (!fresh) throw refused("command.replayed", "This command was already given.", 409);
  }
}

/** The certificate as issued must stand up to the site list and be in force. */
async function checkChain(device: DeviceRow, siteList: SiteList, now: number): Promise<void> {
  if (device.certificate === undefined) return;
  const certificate = parseDeviceCertificate(device.certificate);
  await verifyDeviceCertificate(certificate, siteList);
  checkCertificateTime(certificate.value, now);
}

function requireRole({ device }: Commander, wanted: readonly Role[]): void {
  if (!wanted.some((role) => device.roles.includes(role)))
    throw refused("command.role", `This command needs the role ${wanted.join(" or ")}.`);
}
