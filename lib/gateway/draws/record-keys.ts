import { limits } from "../../protocol/limits.ts";
import type { Recipient } from "../../protocol/recipients.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import type { DeviceRegister } from "../enrolment/device-register.ts";
import type { DeviceRow } from "../enrolment/device-row.ts";
import type { CopyRow } from "../store/draw-writes.ts";
import type { SealingContexts } from "./sealing-contexts.ts";

/** Whether keys may still be sealed to a device: certified, and not away for more than 30 days since it lapsed. */
function mayReceive(device: DeviceRow, now: number): boolean {
  return (
    device.state === "certified" &&
    device.notAfter !== undefined &&
    now <= device.notAfter + limits.lapsedRecipient
  );
}

/**
 * Seals one record's key to every device of this site that the record names, knows nothing of the others, and
 * leaves out devices that are unknown here, revoked, or away for too long.
 */
export async function sealToNamed(options: {
  readonly recipients: readonly Recipient[];
  readonly recordHash: Bytes;
  readonly key: SecretBytes;
  readonly devices: DeviceRegister;
  readonly contexts: SealingContexts;
  readonly now: number;
}): Promise<CopyRow[]> {
  const copies: CopyRow[] = [];
  for (const recipient of options.recipients) {
    if (recipient.site !== options.devices.site) continue;
    const device = await options.devices.find(recipient.device);
    if (device === undefined || !mayReceive(device, options.now)) continue;
    const copy = await options.contexts.seal(device, options.recordHash, options.key);
    if (copy !== undefined) copies.push(copy);
  }
  return copies;
}
