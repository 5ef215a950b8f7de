import { type DrawRecord, parseDrawRecord, signDrawRecord } from "../../../lib/protocol/draw-record.ts";
import type { HandedKey } from "../../../lib/protocol/opening-checks.ts";
import { sortRecipients } from "../../../lib/protocol/recipients.ts";
import { Revocations, signRevocationList } from "../../../lib/protocol/revocation-list.ts";
import type { Roster } from "../../../lib/protocol/roster.ts";
import type { Suite } from "../../../lib/protocol/suites.ts";
import { VerifiedCertificates } from "../../../lib/protocol/verified-certificates.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { SecretBytes } from "../../../lib/shared/secret-bytes.ts";
import { randomUuid } from "../../../lib/shared/uuid.ts";
import { random } from "../expectations.ts";
import type { TestDevice, TestWorld } from "../world.ts";
import type { RandomSource } from "./random-source.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export interface LogEntry {
  readonly kind: "roster" | "epoch" | "envelope" | "resend";
  readonly bytes: Bytes;
  /** False for what an attacker put into the log. */
  readonly honest: boolean;
}

/** The relay's log and the sites' gateways, in memory: the log keeps its order, keys come when they like or never. */
export class SimulatedNetwork {
  readonly conversation = randomUuid();
  readonly log: LogEntry[] = [];
  readonly certificates: VerifiedCertificates;
  revocations = new Revocations();
  /** The draw record of each epoch, by hex epoch id. */
  readonly epochRecords = new Map<string, Bytes>();
  /** Hash of the last roster event in the log: the relay appends only onto it. */
  rosterHead: Bytes = new Uint8Array(0);
  readonly #revoked = new Set<string>();
  /** Keys on their way, by device. */
  readonly #waiting = new Map<string, HandedKey[]>();
  readonly #handed = new Map<string, Map<string, HandedKey>>();
  /** "device record" of keys that will never come. */
  readonly #lost = new Set<string>();
  now: number;

  constructor(
    readonly world: TestWorld,
    readonly chance: RandomSource,
    readonly lossRate: number,
  ) {
    this.now = world.now;
    this.certificates = new VerifiedCertificates(world.siteList);
  }

  /** Undefined when the gateway refuses: the device was revoked, or nobody is left to draw for. */
  async draw(
    sender: TestDevice,
    roster: Roster,
    suite: Suite,
    bytes: number,
    only?: Bytes,
  ): Promise<{ record: ReturnType<typeof parseDrawRecord>; key: SecretBytes } | undefined> {
    if (this.isRevoked(sender.id)) return undefined;
    const recipients = [...roster.devices.values()]
      .filter(({ device }) => toHex(device) !== toHex(sender.id) && !this.isRevoked(device))
      .filter(({ device }) => only === undefined || toHex(device) === toHex(only))
      .map(({ device, site }) => ({ device, site }));
    if (recipients.length === 0) return undefined;
    const slaveSites = [...new Set(recipients.map(({ site }) => site))].filter(
      (site) => site !== sender.site,
    );
    const local = slaveSites.length === 0;
    const body: DrawRecord = {
      keyIds: [randomUuid()],
      bytes,
      suite,
      masterSite: sender.site,
      slaveSites,
      drawingDevice: sender.id,
      conversation: this.conversation,
      rosterHead: roster.head,
      recipients: sortRecipients(recipients),
      drawnAt: this.now,
      expiry: this.now + 1e8,
      local,
      routes: local ? [] : [[sender.site, ...slaveSites]],
      networkBits: local ? 0 : bytes * 8,
      epsilonExponent: 14,
    };
    const record = parseDrawRecord(await signDrawRecord(body, this.world.site(sender.site).signer));
    const key = random(bytes);
    for (const { device } of recipients) {
      const name = toHex(device);
      if (this.chance.chance(this.lossRate)) this.#lost.add(`${name} ${toHex(record.hash)}`);
      else {
        const waiting = this.#waiting.get(name) ?? [];
        waiting.push({ record, key: SecretBytes.copyOf(key) });
        this.#waiting.set(name, waiting);
      }
    }
    return { record, key: SecretBytes.own(key) };
  }

  /** One key of this device's arrives, in any order. */
  handOne(device: Bytes): boolean {
    const name = toHex(device);
    const waiting = this.#waiting.get(name) ?? [];
    if (waiting.length === 0) return false;
    const [key] = waiting.splice(this.chance.below(waiting.length), 1) as [HandedKey];
    const handed = this.#handed.get(name) ?? new Map<string, HandedKey>();
    handed.set(toHex(key.record.hash), key);
    this.#handed.set(name, handed);
    return true;
  }

  handed(device: Bytes, recordHash: Bytes): HandedKey | undefined {
    return this.#handed.get(toHex(device))?.get(toHex(recordHash));
  }

  isLost(device: Bytes, recordHash: Bytes): boolean {
    return this.#lost.has(`${toHex(device)} ${toHex(recordHash)}`);
  }

  isRevoked(device: Bytes): boolean {
    return this.#revoked.has(toHex(device));
  }

  async revoke(device: TestDevice, all: readonly TestDevice[]): Promise<void> {
    this.#revoked.add(toHex(device.id));
    const devices = all
      .filter((one) => one.site === device.site && this.isRevoked(one.id))
      .map((one) => ({
        device: one.id,
        revokedAt: this.revocations.revokedAt(one.site, one.id) ?? this.now,
      }));
    const list = { site: device.site, serial: this.#revoked.size, issuedAt: this.now, devices };
    const signed = await signRevocationList(list, this.world.site(device.site).signer);
    this.revocations = await this.revocations.with(signed, this.world.siteList);
  }
}
