import type { WebSocket } from "ws";
import type { KeyProvider } from "../keys/key-provider.ts";
import type { LevelPolicy } from "../protocol/level-policy.ts";
import type { Parsed } from "../protocol/signed.ts";
import { findSite, type SiteList } from "../protocol/site-list.ts";
import type { Bytes } from "../shared/bytes.ts";
import type { Database } from "../shared/database/database.ts";
import { toHex } from "../shared/hex.ts";
import type { PolicyBook } from "./administration/policy-book.ts";
import { checkOwnCertificate } from "./channel/certificate-check.ts";
import { ChannelSession, closeCodes } from "./channel/channel-session.ts";
import { DeviceRequests } from "./channel/device-requests.ts";
import type { DrawUse } from "./draws/describe-draw.ts";
import { DrawService } from "./draws/draw-service.ts";
import { KeyCollector } from "./draws/key-collector.ts";
import { nextNoticeId, Outbox } from "./draws/outbox.ts";
import { PadDrawer } from "./draws/pad-drawer.ts";
import { PairKeys } from "./draws/pair-keys.ts";
import type { PeerTransport } from "./draws/peer-transport.ts";
import { RecordIntake } from "./draws/record-intake.ts";
import { RecordStore } from "./draws/record-store.ts";
import { SiteRevocations } from "./draws/revocations.ts";
import { SealingContexts } from "./draws/sealing-contexts.ts";
import type { AccessCards } from "./enrolment/access-cards.ts";
import { AccessSecrets } from "./enrolment/access-secrets.ts";
import { Approvals } from "./enrolment/approvals.ts";
import { Challenges } from "./enrolment/challenges.ts";
import { DeviceRegister } from "./enrolment/device-register.ts";
import type { DeviceRow } from "./enrolment/device-row.ts";
import { type EnrolmentAnswer, enrol } from "./enrolment/enrol.ts";
import type { IdentityVerifier } from "./enrolment/identity-token.ts";
import type { RoleSource } from "./enrolment/role-source.ts";
import type { StandingApprovals } from "./enrolment/standing-approvals.ts";
import { UsedTokens } from "./enrolment/used-tokens.ts";
import type { SiteKeys } from "./site/site-keys.ts";
import type { OutboxRow, RecordRow } from "./store/draw-writes.ts";
import type { GatewayWrites } from "./store/gateway-writes.ts";

/** What the gateway tells the site's log. Names and counts, never key bytes. */
export type GatewayEvent =
  | "device.enrolled"
  | "device.pending"
  | "device.approved"
  | "device.revoked"
  | "notice.refused"
  | "notice.lost";

export interface SiteGatewayOptions {
  readonly keys: SiteKeys;
  readonly siteList: () => Pick<Parsed<SiteList>, "value" | "bytes">;
  readonly provider: KeyProvider;
  readonly database: Database;
  readonly writes: GatewayWrites;
  readonly transport: PeerTransport;
  readonly identities: IdentityVerifier;
  readonly roles: RoleSource;
  /** Where access cards wait: only at a site whose officer approves each device. */
  readonly cards: AccessCards | undefined;
  readonly standing: StandingApprovals;
  readonly policies: PolicyBook;
  readonly saeOf: (site: string) => string;
  readonly record: (
    site: string,
    event: GatewayEvent,
    detail: Readonly<Record<string, string>>,
  ) => Promise<void>;
  readonly onUse: (use: DrawUse) => void;
  readonly log: (error: unknown) => void;
  readonly now: () => number;
}

const revocationLifeMs = 30 * 24 * 60 * 60 * 1000;

/** One site's gateway: certifies its devices, draws and seals their keys, and speaks with the other gateways. */
export class SiteGateway {
  readonly site: string;
  readonly devices: DeviceRegister;
  readonly intake: RecordIntake;
  readonly draws: DrawService;
  readonly challenges: Challenges;
  readonly approvals: Approvals;
  readonly revocations: SiteRevocations;
  readonly #tokens: UsedTokens;
  readonly #options: SiteGatewayOptions;
  readonly #secrets: AccessSecrets;
  readonly #pairKeys: PairKeys;
  readonly #outbox: Outbox;
  readonly #requests: DeviceRequests;
  readonly #sessions = new Map<string, ChannelSession>();
  readonly #connected = new Set<ChannelSession>();

  constructor(options: SiteGatewayOptions) {
    const { keys, database, writes, provider, saeOf, now, log } = options;
    const site = keys.site;
    this.site = site;
    this.#options = options;
    this.devices = new DeviceRegister(site, database);
    this.challenges = new Challenges(now);
    this.#secrets = new AccessSecrets(site, database, keys.wrapping);
    const { devices } = this;
    const siteList = () => options.siteList().value;
    this.revocations = new SiteRevocations({
      devices,
      database,
      signer: keys.signer,
      siteList,
      onList: (list) => this.#pushRevocations([list]),
    });
    this.#tokens = new UsedTokens(now);
    this.approvals = new Approvals({
      devices,
      secrets: this.#secrets,
      siteList,
      cards: options.cards,
      standing: options.standing,
      record: (row, by) => options.record(site, "device.approved", { ...detailOf(row), by }),
      now,
    });
    const pads = new PadDrawer(provider, now);
    const collector = new KeyCollector(provider);
    const contexts = new SealingContexts(site, this.#secrets, now);
    const records = new RecordStore(site, database);
    this.#pairKeys = new PairKeys({ site, database, wrapping: keys.wrapping, pads, collector, saeOf, now });
    const pairKeys = this.#pairKeys;
    this.#outbox = new Outbox({
      site,
      database,
      writes,
      pairKeys,
      transport: options.transport,
      revocationList: () => this.revocations.own(),
      now,
      onLost: (notice, code) => this.#record("notice.lost", { peer: notice.peer, kind: notice.kind, code }),
    });
    const onCopies = (row: RecordRow) => this.#pushCopies(row);
    const common = { site, pairKeys, devices, contexts, records, writes, saeOf, onCopies, now };
    this.draws = new DrawService({
      ...common,
      signer: keys.signer,
      pads,
      outbox: this.#outbox,
      policies: options.policies,
      knowsSite: (other) => findSite(options.siteList().value, other) !== undefined,
      onUse: options.onUse,
    });
    this.intake = new RecordIntake({
      ...common,
      siteList,
      collector,
      revocations: this.revocations,
      onRefused: (from, code) => this.#record("notice.refused", { from, code }),
    });
    this.#requests = new DeviceRequests({
      site,
      roles: options.roles,
      signer: keys.signer,
      devices,
      approvals: this.approvals,
      draws: this.draws,
      records,
      writes,
      log,
      now,
    });
  }

  /** Takes up what earlier starts left. Call once every gateway of the process can be reached. */
  async start(): Promise<void> {
    await this.#pairKeys.load();
    await this.revocations.load();
    await this.intake.load();
    await this.#outbox.load();
    // A crash may have come between a revocation and telling the others of it.
    const revoked = (await this.devices.list()).find(({ state }) => state === "revoked");
    if (revoked !== undefined) await this.#tellPeers(revoked.device, this.#options.now());
  }

  /** CBOR Signed EnrolRequest in, CBOR EnrolAnswer or ApprovedAnswer out. */
  enrol(body: Uint8Array): Promise<EnrolmentAnswer> {
    const { keys, identities, roles, now } = this.#options;
    return enrol(
      {
        site: this.site,
        signer: keys.signer,
        challenges: this.challenges,
        tokens: this.#tokens,
        approvals: this.approvals,
        identities,
        roles,
        devices: this.devices,
        secrets: this.#secrets,
        siteList: () => this.#options.siteList().bytes,
        record: (event, device) => this.#options.record(this.site, event, detailOf(device)),
        now,
      },
      body,
    );
  }

  /** Speaks the device channel over a WebSocket that was just opened. */
  connect(socket: WebSocket): void {
    const { keys, now, log } = this.#options;
    const session = new ChannelSession({
      socket,
      site: this.site,
      gatewaySeed: keys.channelSeed,
      secrets: this.#secrets,
      verifyCertificate: (certificate) =>
        checkOwnCertificate(certificate, {
          devices: this.devices,
          siteList: this.#options.siteList().value,
          now: now(),
        }),
      onOpen: (opened) => this.#opened(opened),
      onClose: (closed) => {
        this.#connected.delete(closed);
        if (closed.isAccepted && this.#sessions.get(toHex(closed.device)) === closed)
          this.#sessions.delete(toHex(closed.device));
      },
      answer: (device, message) => this.#requests.answer(device, message),
      log,
    });
    this.#connected.add(session);
  }

  /** No key for this device from now on, here or anywhere. False when no such device is registered. */
  async revoke(device: Uint8Array, by: string): Promise<boolean> {
    const { database, now } = this.#options;
    const revokedAt = now();
    const row = await this.devices.changeState(device, ["pending", "certified"], "revoked", { revokedAt });
    if (row === undefined) return false;
    // It draws nothing any more, and finds the signed list with its name when it asks why.
    await this.revocations.changed();
    this.#sessions.get(toHex(device))?.close("device.revoked", closeCodes.revoked);
    await database.query(`DELETE FROM "gateway_copy" WHERE "site" = $1 AND "device" = $2`, [
      this.site,
      device,
    ]);
    this.#options.cards?.remove(this.site, device);
    await this.#tellPeers(device, revokedAt);
    await this.#options.record(this.site, "device.revoked", { ...detailOf(row), by });
    return true;
  }

  /** Hands this site's list of revoked devices to every other gateway. */
  async #tellPeers(device: Uint8Array, now: number): Promise<void> {
    const { siteList, writes } = this.#options;
    const peers = siteList().value.sites.filter((entry) => entry.site !== this.site);
    const notices = peers.map<OutboxRow>((entry) => ({
      site: this.site,
      id: nextNoticeId(now),
      peer: entry.site,
      kind: "revocation",
      subject: device,
      body: new Uint8Array(),
      expiry: now + revocationLifeMs,
    }));
    await Promise.all(notices.map((notice) => writes.notice(notice)));
    this.#outbox.push(notices);
  }

  /** To every device that is here; the others get the rules when they come. */
  pushLevelPolicy(policy: LevelPolicy): void {
    for (const session of this.#sessions.values()) session.push({ type: "level-policy", policy });
  }

  /** Notices that other gateways have not taken yet. */
  get noticesWaiting(): number {
    return this.#outbox.waiting;
  }

  close(): void {
    this.#outbox.close();
    for (const session of this.#connected) session.close("gateway.stopping", closeCodes.stopping);
  }

  #opened(session: ChannelSession): void {
    const name = toHex(session.device);
    // Access secrets follow one another: a device has one channel, the newest.
    this.#sessions.get(name)?.close("channel.superseded", closeCodes.superseded);
    this.#sessions.set(name, session);
    void this.#welcome(session).catch(this.#options.log);
  }

  /** The device has its access secret: its card is used up. It gets every list of revoked devices and the rules. */
  async #welcome(session: ChannelSession): Promise<void> {
    this.#options.cards?.remove(this.site, session.device);
    for (const list of await this.revocations.all()) session.push({ type: "revocation-list", list });
    session.push({ type: "level-policy", policy: this.#options.policies.levels });
    await this.devices.seen(session.device, this.#options.now());
  }

  #pushRevocations(lists: readonly Bytes[]): void {
    for (const session of this.#sessions.values())
      for (const list of lists) session.push({ type: "revocation-list", list });
  }

  #pushCopies(row: RecordRow): void {
    for (const { device, sealedCopy } of row.copies) {
      const session = this.#sessions.get(toHex(device));
      session?.push({ type: "copy-push", record: row.record as Bytes, copy: sealedCopy });
    }
  }

  #record(event: GatewayEvent, detail: Readonly<Record<string, string>>): void {
    this.#options.record(this.site, event, detail).catch(this.#options.log);
  }
}

function detailOf(device: DeviceRow): Record<string, string> {
  return {
    device: toHex(device.device),
    user: toHex(device.user),
    name: device.name,
    roles: device.roles.join(" "),
  };
}
