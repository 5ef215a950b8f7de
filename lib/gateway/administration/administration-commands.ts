import type { Command } from "../../protocol/command.ts";
import { roles as knownRoles, type Role } from "../../protocol/device-certificate.ts";
import { toHex } from "../../shared/hex.ts";
import type { DeviceRow } from "../enrolment/device-row.ts";
import type { Gateways } from "../gateways.ts";
import { badArgument, refused, textArgument } from "../operations/command-arguments.ts";
import type { Administration } from "./administration.ts";
import { readLevelPolicy } from "./level-rules.ts";
import type { Quota } from "./quota.ts";

const mostNote = 240;
const assignable: readonly Role[] = ["officer", "administrator", "presenter", "auditor"];

const administrationCommands = ["alarm.acknowledge", "policy.levels", "policy.quota", "role.set"] as const;
export type AdministrationCommand = (typeof administrationCommands)[number];

export function isAdministrationCommand(kind: string): kind is AdministrationCommand {
  return (administrationCommands as readonly string[]).includes(kind);
}

/** Who may give which: docs/ROLES.md says the same. */
export const administrationCommandRoles: Readonly<Record<AdministrationCommand, readonly Role[]>> = {
  "alarm.acknowledge": ["administrator", "officer"],
  "policy.levels": ["administrator"],
  "policy.quota": ["administrator"],
  "role.set": ["administrator"],
};

/** Checks the arguments; what it returns does the work. The caller has checked the role. */
export async function prepareAdministration(
  kind: AdministrationCommand,
  command: Command,
  by: DeviceRow,
  options: { readonly administration: Administration; readonly gateways: Gateways; readonly now: number },
): Promise<() => Promise<void>> {
  const { administration, gateways, now } = options;
  switch (kind) {
    case "alarm.acknowledge":
      return prepareAcknowledgement(command, by, administration, now);
    case "policy.levels":
      return prepareLevels(command, by, administration);
    case "policy.quota":
      return prepareQuota(command, by, administration, gateways);
    case "role.set":
      return prepareRoles(command, by, gateways);
  }
}

/** Who gives the command, for the record: post, site and device. */
function authorOf(device: DeviceRow): string {
  return `${device.name} (${device.site}, ${toHex(device.device).slice(0, 8)})`;
}

/** @throws GatewayError command.argument, alarm.* */
async function prepareAcknowledgement(
  { args }: Command,
  by: DeviceRow,
  { alarms }: Administration,
  now: number,
): Promise<() => Promise<void>> {
  const id = textArgument(args, "alarm");
  const note = args.note ?? "";
  if (typeof note !== "string" || note.length > mostNote) throw badArgument("note");
  const alarm = await alarms.find(id);
  if (alarm === undefined) throw refused("alarm.unknown", "There is no alarm of this identifier.", 404);
  if (alarm.acknowledged !== null)
    throw refused("alarm.acknowledged", "Somebody acknowledged this alarm before.", 409);
  return () => alarms.acknowledge(id, authorOf(by), note.trim(), now);
}

/** @throws GatewayError command.argument, policy.serial; ProtocolError policy.* */
function prepareLevels({ args }: Command, by: DeviceRow, { policies }: Administration): () => Promise<void> {
  const policy = readLevelPolicy(args);
  if (policy === undefined) throw badArgument("level");
  policies.checkLevels(policy);
  return () => policies.setLevels(policy, authorOf(by));
}

/** @throws GatewayError command.argument */
function prepareQuota(
  { args }: Command,
  by: DeviceRow,
  { policies }: Administration,
  gateways: Pick<Gateways, "get">,
): () => Promise<void> {
  const quota = readQuota(args);
  if (quota === undefined) throw badArgument("bytesPerHour");
  if (quota.site !== "*" && gateways.get(quota.site) === undefined) throw badArgument("site");
  return () => policies.setQuota(quota, authorOf(by));
}

function readQuota(args: Command["args"]): Quota | undefined {
  const { site, level, bytesPerHour } = args;
  if (typeof site !== "string" || typeof level !== "string" || !/^(all|[0-3])$/.test(level)) return undefined;
  if (typeof bytesPerHour !== "number" || !Number.isSafeInteger(bytesPerHour)) return undefined;
  return { site, level: level === "all" ? null : Number(level), bytesPerHour };
}

/**
 * Gives a person exactly these roles beside "user", at once for commands of their devices. Nobody changes their own:
 * one could lock everybody out, or keep a role that was to be taken away.
 * @throws GatewayError command.argument, role.own, role.unknown-user
 */
async function prepareRoles(
  { args }: Command,
  by: DeviceRow,
  gateways: Gateways,
): Promise<() => Promise<void>> {
  const user = textArgument(args, "user");
  const text = args.roles;
  const gateway = gateways.get(textArgument(args, "site"));
  if (!/^[0-9a-f]{32}$/.test(user)) throw badArgument("user");
  if (gateway === undefined) throw badArgument("site");
  const wanted = typeof text === "string" ? text.split(" ").filter((role) => role !== "") : undefined;
  if (wanted === undefined || !wanted.every((role) => assignable.some((one) => one === role)))
    throw badArgument("roles");
  if (user === toHex(by.user) && gateway.site === by.site)
    throw refused("role.own", "Nobody changes their own roles: another administrator does.");
  const devices = (await gateway.devices.list()).filter((device) => toHex(device.user) === user);
  if (devices.length === 0)
    throw refused("role.unknown-user", "This person has no device at that site yet.", 404);
  const kept = devices.some((device) => device.roles.includes("agent")) ? ["agent"] : [];
  const roles = knownRoles.filter((role) => role === "user" || wanted.includes(role) || kept.includes(role));
  return () => gateways.assignRoles(gateway.site, devices, roles);
}
