import {
  type ComposeOptions,
  composeInEpoch,
  composeOtp,
  composeOtpHybrid,
  type Draft,
  keyBytesFor,
  type SendingEpoch,
  startSendingEpoch,
} from "../../lib/protocol/composing.ts";
import { type DrawRecord, parseDrawRecord, signDrawRecord } from "../../lib/protocol/draw-record.ts";
import type { OpeningContext } from "../../lib/protocol/opening-checks.ts";
import { MemoryReceiver } from "../../lib/protocol/receiver.ts";
import { sortRecipients } from "../../lib/protocol/recipients.ts";
import { applyRoster, type Roster } from "../../lib/protocol/roster.ts";
import { type RosterChange, signRosterEvent } from "../../lib/protocol/roster-event.ts";
import type { Suite } from "../../lib/protocol/suites.ts";
import { VerifiedCertificates } from "../../lib/protocol/verified-certificates.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";
import { randomUuid, timeUuid } from "../../lib/shared/uuid.ts";
import { random } from "./expectations.ts";
import type { TestDevice, TestWorld } from "./world.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** One conversation of real devices with real signatures; the "gateway" is this object: it signs and hands out keys. */
export class TestConversation {
  readonly id = randomUuid();
  readonly certificates: VerifiedCertificates;
  readonly events: Bytes[] = [];
  roster!: Roster;

  private constructor(
    readonly world: TestWorld,
    readonly devices: readonly TestDevice[],
  ) {
    this.certificates = new VerifiedCertificates(world.siteList);
  }

  static async create(
    world: TestWorld,
    devices: readonly TestDevice[],
    options: { suiteMinimum?: Suite } = {},
  ): Promise<TestConversation> {
    const made = new TestConversation(world, devices);
    for (const device of devices) await made.certificates.add(device.certificate.bytes);
    const members = devices.map((device, i) => ({
      user: device.user,
      site: device.site,
      devices: [{ device: device.id, certificateHash: device.certificate.hash }],
      moderator: i === 0,
    }));
    await made.append(devices[0]!, { kind: "create", members, ...options });
    return made;
  }

  async append(author: TestDevice, change: RosterChange): Promise<void> {
    const previous = this.events.length === 0 ? new Uint8Array(0) : this.roster.head;
    const event = { conversation: this.id, previous, author: author.id, at: this.world.now, change };
    this.events.push(await signRosterEvent(event, author.signer));
    this.roster = await applyRoster(this.events, (hash) => this.certificates.get(hash));
  }

  /** A signed record and two copies of its key, one for each end. */
  async draw(sender: TestDevice, suite: Suite, bytes: number, changes: Partial<DrawRecord> = {}) {
    const recipients = [...this.roster.devices.values()]
      .filter(({ device }) => Buffer.compare(device, sender.id) !== 0)
      .map(({ device, site }) => ({ device, site }));
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
      conversation: this.id,
      rosterHead: this.roster.head,
      recipients: sortRecipients(recipients),
      drawnAt: this.world.now,
      expiry: this.world.now + 1e8,
      local,
      routes: local ? [] : [[sender.site, ...slaveSites]],
      networkBits: local ? 0 : bytes * 8,
      epsilonExponent: 14,
      ...changes,
    };
    const record = parseDrawRecord(await signDrawRecord(body, this.world.site(sender.site).signer));
    const key = random(bytes);
    return { record, key: SecretBytes.copyOf(key), receiverKey: () => SecretBytes.copyOf(key) };
  }

  draft(text: string, sequence: number, parents: readonly Bytes[] = []): Draft {
    return {
      messageId: timeUuid(this.world.now),
      sequence,
      parents,
      level: 0,
      sentAt: this.world.now,
      resends: new Uint8Array(0),
      payload: { kind: 1, body: text },
    };
  }

  /** Draws, encrypts and signs an OTP message; `key` is the receivers' copy. */
  async sendOtp(sender: TestDevice, draft: Draft, changes: Partial<DrawRecord> = {}) {
    const drawn = await this.draw(sender, 1, keyBytesFor(draft.payload, 1), changes);
    const composed = await composeOtp(draft, drawn.record, drawn.key, sender.signer);
    return { ...composed, record: drawn.record, key: drawn.receiverKey() };
  }

  startAes(sender: TestDevice) {
    return this.startEpoch(sender, 2);
  }

  /** An epoch of AES or HYBRID, for every other device of the conversation. */
  async startEpoch(sender: TestDevice, suite: 2 | 3, changes: Partial<DrawRecord> = {}) {
    const drawn = await this.draw(sender, suite, 32, changes);
    const sealingKeyOf = (device: Bytes) => this.certificates.ofDevice(device).at(-1)?.value.sealingKey;
    const started = await startSendingEpoch(
      randomUuid(),
      drawn.record,
      drawn.key,
      this.roster,
      sender.signer,
      this.world.now,
      suite === 3 ? { sealingKeyOf } : undefined,
    );
    return { ...started, record: drawn.record, key: drawn.receiverKey(), receiverKey: drawn.receiverKey };
  }

  sendAes(sender: TestDevice, draft: Draft, epoch: SendingEpoch, options?: ComposeOptions) {
    return composeInEpoch(draft, epoch, sender.signer, options);
  }

  /** A message of suite 4 in a HYBRID epoch; `key` is the receivers' copy of its pad. */
  async sendOtpHybrid(
    sender: TestDevice,
    draft: Draft,
    epoch: SendingEpoch,
    changes: Partial<DrawRecord> = {},
  ) {
    const drawn = await this.draw(sender, 4, keyBytesFor(draft.payload, 4), changes);
    const composed = await composeOtpHybrid(draft, epoch, drawn.record, drawn.key, sender.signer);
    return {
      ...composed,
      record: drawn.record,
      key: drawn.receiverKey(),
      receiverKey: drawn.receiverKey,
    };
  }

  /** A receiver with an empty memory that holds these records and keys. */
  context(
    receiver: TestDevice,
    handed: readonly { record: ReturnType<typeof parseDrawRecord>; key: SecretBytes | undefined }[],
    changes: Partial<OpeningContext> = {},
  ): OpeningContext & { receiver: MemoryReceiver } {
    return {
      conversation: this.id,
      self: receiver.id,
      now: this.world.now,
      certificates: this.certificates,
      roster: this.roster,
      handedKey: (hash) => handed.find(({ record }) => Buffer.compare(record.hash, hash) === 0),
      receiver: new MemoryReceiver(),
      sealingSeeds: () => [receiver.sealing.seed],
      ...changes,
    } as OpeningContext & { receiver: MemoryReceiver };
  }
}
