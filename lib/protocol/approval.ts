import { type Bytes, equalBytes } from "../shared/bytes.ts";
import { fromHex, toHex } from "../shared/hex.ts";
import type { Command } from "./command.ts";
import { lengths } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";

/** What an officer approves: a device with exactly these keys, so that none can be swapped after the comparison. */
export interface Approval {
  readonly device: Bytes;
  /** `deviceKeysHash`; its first 30 digits are what officer and user compared. */
  readonly keysHash: Bytes;
}

/** Kind and arguments of the command that the officer signs: {device, keys}, lower-case hex. */
export function approvalCommand({ device, keysHash }: Approval): Pick<Command, "kind" | "args"> {
  return { kind: "device.approve", args: { device: toHex(device), keys: toHex(keysHash) } };
}

/** @throws ProtocolError approval.malformed */
export function readApproval(command: Pick<Command, "kind" | "args">): Approval {
  const { device, keys } = command.args;
  if (command.kind !== "device.approve" || !isHex(device, lengths.id) || !isHex(keys, lengths.hash))
    throw new ProtocolError("approval.malformed", "the approval does not name a device and its keys");
  return { device: fromHex(device), keysHash: fromHex(keys) };
}

/** The gateway's check against the pending device. @throws ProtocolError approval.other-device, approval.other-keys */
export function checkApproval(approval: Approval, pending: Approval): void {
  if (!equalBytes(approval.device, pending.device))
    throw new ProtocolError("approval.other-device", "the approval is for another device");
  if (!equalBytes(approval.keysHash, pending.keysHash))
    throw new ProtocolError("approval.other-keys", "the device does not have the keys that were approved", {
      nextStep: "Compare the digits again.",
    });
}

function isHex(value: unknown, bytes: number): value is string {
  return typeof value === "string" && value.length === 2 * bytes && /^[0-9a-f]+$/.test(value);
}
