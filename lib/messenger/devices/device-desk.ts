import { approvalCommand } from "../../protocol/approval.ts";
import { deviceStates, type ListedDevice } from "../../protocol/channel-messages.ts";
import type { Command } from "../../protocol/command.ts";
import { compareSafetyCode, writeSafetyCode } from "../../protocol/safety-code.ts";
import { comparableDigits } from "../../protocol/safety-number.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import type { ContactDeviceView, OwnDeviceView, PendingDeviceView } from "../api/devices.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { memberDigits, safetyIdentity } from "../engine/views.ts";
import { MessengerError } from "../messenger-error.ts";

export interface DeviceDeskOptions {
  readonly parts: EngineParts;
  readonly sign: (kind: string, args: Command["args"]) => Promise<Bytes>;
  /** Carries a signed command to the key world. @throws MessengerError with its code, "gateway.offline" */
  readonly carry: (command: Bytes) => Promise<void>;
}

/** Own devices and contacts' devices: lists, approval, sign-out and comparison. */
export class DeviceDesk {
  readonly #options: DeviceDeskOptions;

  constructor(options: DeviceDeskOptions) {
    this.#options = options;
  }

  async devices(): Promise<readonly OwnDeviceView[]> {
    const { self, gateway } = this.#options.parts;
    const { devices } = await gateway.listDevices();
    return devices
      .filter(({ state }) => state !== deviceStates.pending)
      .map((listed) => ({
        device: toHex(listed.device),
        name: listed.label,
        current: toHex(listed.device) === self.device,
        assurance: listed.assurance === 1 ? "approved" : "open",
        addedAt: listed.enrolledAt,
        lastSeen: listed.lastSeen ?? null,
        revoked: listed.state === deviceStates.revoked,
      }));
  }

  async pending(): Promise<readonly PendingDeviceView[]> {
    const { devices, byOfficer } = await this.#options.parts.gateway.listDevices();
    return devices
      .filter(({ state }) => state === deviceStates.pending)
      .map((listed) => ({
        device: toHex(listed.device),
        name: listed.label,
        askedAt: listed.enrolledAt,
        digits: grouped(listed),
        mayApprove: !byOfficer,
      }));
  }

  async digits(device: string): Promise<string> {
    return grouped(await this.#listed(device));
  }

  async approve(device: string, digits: string): Promise<void> {
    const listed = await this.#listed(device);
    if (grouped(listed).replaceAll(" ", "") !== digits.replace(/\D/g, ""))
      throw new MessengerError(
        "approval.other-keys",
        "the device does not have the keys that were compared",
        {
          nextStep: "Compare the digits again.",
        },
      );
    const { kind, args } = approvalCommand({ device: listed.device, keysHash: listed.keysHash });
    await this.#command(kind, args);
  }

  async signOut(device: string): Promise<void> {
    if (device === this.#options.parts.self.device)
      throw new MessengerError("device.current", "this is the device in use", {
        nextStep: "Forget this device instead, or revoke it from another one.",
      });
    await this.#command("device.revoke", { device });
  }

  /** A contact's devices as membership names them; `verified`: the digits that were compared, if any were. */
  contactDevices(
    conversations: readonly Conversation[],
    user: string,
    verified: string | undefined,
  ): readonly ContactDeviceView[] {
    const { directory, revocations } = this.#options.parts;
    const found = conversations.find(({ roster }) => roster?.members.has(user));
    const compared = verified === undefined ? undefined : comparedDevices(found, user, verified);
    return [...(found?.roster?.devices.values() ?? [])]
      .filter((device) => toHex(device.user) === user)
      .map(({ device, site }) => {
        const known = directory.certificates.ofDevice(device).map(({ value }) => value);
        return {
          device: toHex(device),
          assurance: known.some(({ assurance }) => assurance === 1) ? "approved" : "open",
          since: Math.min(...known.map(({ notBefore }) => notBefore)),
          changed: compared !== undefined && !compared.has(toHex(device)),
          revoked: revocations().revokedAt(site, device) !== undefined,
        };
      });
  }

  /** What the other's camera reads: how this device sees both. */
  safetyCode(conversation: Conversation, user: string): string | undefined {
    const [own, other] = this.#both(conversation, user);
    return own && other ? writeSafetyCode(own, other) : undefined;
  }

  /** @throws ProtocolError carried.*, MessengerError "safety.other-people", "contact.no-device" */
  compare(conversation: Conversation, user: string, scanned: string): boolean {
    const [own, other] = this.#both(conversation, user);
    if (!own || !other || other.devices.length === 0)
      throw new MessengerError("contact.no-device", "this contact has no device to compare yet");
    const answer = compareSafetyCode(scanned, own, other);
    if (answer !== "other-people") return answer === "same";
    throw new MessengerError("safety.other-people", "this code belongs to a conversation of other people", {
      nextStep: "Scan the code that this contact's screen shows for you.",
    });
  }

  #both(conversation: Conversation, user: string) {
    const { self } = this.#options.parts;
    return [safetyIdentity(conversation, self.user), safetyIdentity(conversation, user)] as const;
  }

  async #listed(device: string): Promise<ListedDevice> {
    const { devices } = await this.#options.parts.gateway.listDevices();
    const listed = devices.find((one) => toHex(one.device) === device);
    if (listed) return listed;
    throw new MessengerError("device.unknown", "your site knows no such device of yours");
  }

  async #command(kind: string, args: Command["args"]): Promise<void> {
    await this.#options.carry(await this.#options.sign(kind, args));
    this.#options.parts.announce({ type: "devices" });
  }
}

function grouped({ keysHash }: Pick<ListedDevice, "keysHash">): string {
  return comparableDigits(keysHash).replace(/(\d{5})(?=\d)/g, "$1 ");
}

/** The member's devices at the time that the digits were compared. */
function comparedDevices(
  conversation: Conversation | undefined,
  user: string,
  verified: string,
): ReadonlySet<string> | undefined {
  for (let at = conversation?.roster; at; at = at.before)
    if (memberDigits({ roster: at }, user) === verified) return new Set(at.members.get(user)?.devices);
  return undefined;
}
