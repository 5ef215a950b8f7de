import type { AccessSecret } from "../../protocol/access-secret.ts";
import { SealingContext } from "../../protocol/sealing-context.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import type { AccessSecrets } from "../enrolment/access-secrets.ts";
import type { DeviceRow } from "../enrolment/device-row.ts";
import type { CopyRow } from "../store/draw-writes.ts";

interface Open {
  readonly context: SealingContext;
  readonly sealingKey: Bytes;
}

/**
 * One sealing context per device of a site, opened when a copy is first sealed to it and again after 1,000 copies,
 * ten minutes, or a change of the device's sealing key or access secret. Contexts live in memory only; what the
 * device needs to open their copies is committed together with the first of them.
 */
export class SealingContexts {
  readonly #site: string;
  readonly #secrets: AccessSecrets;
  readonly #now: () => number;
  readonly #open = new Map<string, Promise<Open>>();
  /** Contexts whose encapsulation is in the database. */
  readonly #stored = new Set<string>();

  constructor(site: string, secrets: AccessSecrets, now: () => number) {
    this.#site = site;
    this.#secrets = secrets;
    this.#now = now;
  }

  /** Undefined for a device that never finished enrolment. The key stays the caller's. */
  async seal(device: DeviceRow, recordHash: Bytes, key: SecretBytes): Promise<CopyRow | undefined> {
    const name = toHex(device.device);
    for (;;) {
      const access = await this.#secrets.current(device.device);
      if (access === undefined) return undefined;
      const known = this.#open.get(name);
      const open = await known;
      if (open !== undefined && this.#serves(open, device, access.generation)) {
        return this.#sealIn(open.context, device, recordHash, key);
      }
      // Whoever finds the context spent first begins the next one; the others wait for it.
      if (this.#open.get(name) === known) this.#begin(name, device, access);
    }
  }

  /** These copies are committed, and with them the contexts they belong to. */
  markStored(copies: readonly CopyRow[]): void {
    for (const copy of copies) if (copy.encapsulation !== undefined) this.#stored.add(toHex(copy.context));
  }

  #serves(open: Open, device: DeviceRow, generation: number): boolean {
    return (
      open.context.generation === generation &&
      equalBytes(open.sealingKey, device.sealingKey) &&
      !open.context.isSpent(this.#now())
    );
  }

  async #sealIn(
    context: SealingContext,
    device: DeviceRow,
    recordHash: Bytes,
    key: SecretBytes,
  ): Promise<CopyRow> {
    const copy = await context.seal(key, recordHash);
    return {
      device: device.device,
      context: copy.contextId,
      encapsulation: this.#stored.has(toHex(copy.contextId)) ? undefined : copy.enc,
      sealedCopy: copy,
    };
  }

  #begin(name: string, device: DeviceRow, access: AccessSecret): void {
    const { sealingKey } = device;
    const next = SealingContext.begin({
      site: this.#site,
      device: device.device,
      sealingKey,
      access,
      now: this.#now(),
    }).then((context) => ({ context, sealingKey }));
    this.#open.set(name, next);
    next.catch(() => {
      if (this.#open.get(name) === next) this.#open.delete(name);
    });
  }
}
