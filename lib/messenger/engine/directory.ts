import {
  type DeviceCertificate,
  isCertificateValidAt,
  type ParsedCertificate,
} from "../../protocol/device-certificate.ts";
import { limits } from "../../protocol/limits.ts";
import { relayBytes } from "../../protocol/relay-events.ts";
import { parseRosterEvent, type RosterChange, type RosterDevice } from "../../protocol/roster-event.ts";
import type { SiteList } from "../../protocol/site-list.ts";
import { VerifiedCertificates } from "../../protocol/verified-certificates.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import type { RelayPort } from "../relay/relay-port.ts";
import { RelayRefused } from "../relay/relay-refused.ts";
import type { DeviceStore } from "../store/device-store.ts";

export interface KnownUser {
  readonly user: string;
  readonly name: string;
  readonly site: string;
}

/**
 * Certificates of devices, each verified once per start up to the pinned site list, kept in the store. What the
 * relay says of a person without a certificate (name, site) is only good for showing.
 */
export class Directory {
  readonly certificates: VerifiedCertificates;
  readonly #store: DeviceStore;
  readonly #relay: RelayPort;
  readonly #users = new Map<string, KnownUser>();
  readonly #asking = new Map<string, Promise<readonly ParsedCertificate[]>>();

  constructor(store: DeviceStore, relay: RelayPort, siteList: SiteList) {
    this.certificates = new VerifiedCertificates(siteList);
    this.#store = store;
    this.#relay = relay;
  }

  /** Loads the certificates of earlier sessions; those go that cannot matter any more and no membership names. */
  async load(now: number): Promise<void> {
    const named = await this.#namedByMemberships();
    for (const { key, value } of await this.#store.range("certificates", { prefix: "" })) {
      const certificate = await this.certificates.add(value).catch(() => undefined);
      const lapsed = certificate && certificate.value.notAfter + limits.lapsedRecipient < now;
      if (!certificate || (lapsed && !named.has(toHex(certificate.hash)))) {
        await this.#store.commit([{ table: "certificates", key, value: null }]);
      } else this.#rememberHolder(certificate);
    }
  }

  /** The verified certificate with this hash, or undefined when nobody has it. @throws MessengerError "relay.offline" */
  async certificate(hash: Bytes): Promise<DeviceCertificate | undefined> {
    const known = this.certificates.get(hash);
    if (known) return known;
    try {
      const { certificate } = await this.#relay.ask("directory:certificate", { hash: toHex(hash) });
      const verified = await this.add(relayBytes(certificate));
      return equalBytes(verified.hash, hash) ? verified.value : undefined;
    } catch (error) {
      if (error instanceof RelayRefused && !error.passing) return undefined;
      throw error;
    }
  }

  /** Verifies and keeps a certificate. @throws ProtocolError when its chain does not hold. */
  async add(bytes: Bytes): Promise<ParsedCertificate> {
    const certificate = await this.certificates.add(bytes);
    const key = toHex(certificate.hash).slice(0, 64);
    if (this.#users.has(toHex(certificate.value.user)) && (await this.#store.get("certificates", key))) {
      return certificate;
    }
    this.#rememberHolder(certificate);
    await this.#store.commit([{ table: "certificates", key, value: certificate.bytes }]);
    return certificate;
  }

  /**
   * The newest certificate per device of a user, as the relay knows them now. With `at` (ms UTC), the relay is also
   * asked for those in force then, which `certificates` keeps.
   */
  async devicesOf(user: string, at?: number): Promise<readonly ParsedCertificate[]> {
    const name = `${user} ${at ?? "now"}`;
    let asking = this.#asking.get(name);
    if (!asking) {
      asking = this.#askDevices(user, at).finally(() => this.#asking.delete(name));
      this.#asking.set(name, asking);
    }
    return asking;
  }

  /** Whether a certificate of this device of this user that was valid at `at` (ms UTC) is at hand. */
  covers(device: Bytes, user: Bytes, at: number): boolean {
    return this.certificates
      .ofDevice(device)
      .some(({ value }) => equalBytes(value.user, user) && isCertificateValidAt(value, at));
  }

  user(user: string): KnownUser | undefined {
    return this.#users.get(user);
  }

  remember(user: KnownUser): void {
    if (!this.#users.has(user.user)) this.#users.set(user.user, user);
  }

  /** Hashes (hex) of the certificates that stored membership events rest on, however old. */
  async #namedByMemberships(): Promise<ReadonlySet<string>> {
    const named = new Set<string>();
    for (const { value } of await this.#store.range("rosters", { prefix: "" }))
      for (const { certificateHash } of devicesNamed(parseRosterEvent(value).value.change))
        named.add(toHex(certificateHash));
    return named;
  }

  async #askDevices(user: string, at: number | undefined): Promise<readonly ParsedCertificate[]> {
    const answer = await this.#relay.ask("directory:user", at === undefined ? { user } : { user, at });
    this.remember({ user, name: answer.name, site: answer.site });
    const newest = new Map<string, ParsedCertificate>();
    for (const binary of answer.certificates) {
      const certificate = await this.add(relayBytes(binary)).catch(() => undefined);
      // The relay may not attribute a device to somebody it does not belong to.
      if (certificate === undefined || toHex(certificate.value.user) !== user) continue;
      const device = toHex(certificate.value.device);
      const other = newest.get(device);
      if (!other || other.value.notAfter < certificate.value.notAfter) newest.set(device, certificate);
    }
    return [...newest.values()];
  }

  #rememberHolder({ value }: ParsedCertificate): void {
    const user = toHex(value.user);
    this.#users.set(user, { user, name: value.name, site: value.site });
  }
}

function devicesNamed(change: RosterChange): readonly RosterDevice[] {
  if (change.kind === "create") return change.members.flatMap(({ devices }) => devices);
  if (change.kind === "add") return change.member.devices;
  return change.kind === "device-add" ? [change.device] : [];
}
