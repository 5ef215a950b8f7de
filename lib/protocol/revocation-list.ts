import type { Bytes } from "../shared/bytes.ts";
import { toHex } from "../shared/hex.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { arrayOf, idBytes, siteText, structOf, uintOf, versionedOf } from "./cbor-codecs.ts";
import { compareBytes } from "./compare-bytes.ts";
import { labels } from "./labels.ts";
import { limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { Recipient } from "./recipients.ts";
import { type Parsed, parseSigned, signBodyTwice, verifySigned } from "./signed.ts";
import type { DualSigner } from "./signing.ts";
import { findSite, type SiteList } from "./site-list.ts";

interface RevokedDevice {
  readonly device: Bytes;
  /** Milliseconds UTC: keys drawn before stay good. */
  readonly revokedAt: number;
}

/** Every device that one site has ever revoked, signed by that site. */
export interface RevocationList {
  readonly site: string;
  /** Rises with every list of the site: a lower one is refused. */
  readonly serial: number;
  readonly issuedAt: number;
  /** Ascending by device, each once. */
  readonly devices: readonly RevokedDevice[];
}

const codec = versionedOf<RevocationList>({
  site: [2, siteText],
  serial: [3, uintOf()],
  issuedAt: [4, uintOf()],
  devices: [
    5,
    arrayOf(structOf<RevokedDevice>({ device: [1, idBytes], revokedAt: [2, uintOf()] }), limits.revoked),
  ],
});

const maximum = limits.envelope;

/** Sorts the devices. @throws ProtocolError revocation.order when one is there twice */
function encodeRevocationList(list: RevocationList): Bytes {
  const devices = [...list.devices].sort((a, b) => compareBytes(a.device, b.device));
  checkOrder(devices);
  return encodeWith(codec, "revocation list", { ...list, devices }, maximum);
}

function decodeRevocationList(body: Uint8Array): RevocationList {
  const list = decodeWith(codec, "revocation list", body, maximum);
  checkOrder(list.devices);
  return list;
}

function checkOrder(devices: readonly RevokedDevice[]): void {
  for (let i = 1; i < devices.length; i++) {
    if (compareBytes((devices[i - 1] as RevokedDevice).device, (devices[i] as RevokedDevice).device) >= 0)
      throw new ProtocolError("revocation.order", "a revocation list names a device twice or out of order");
  }
}

/** Both algorithms, by the site's registration key. Returns the encoded Signed. */
export function signRevocationList(list: RevocationList, site: DualSigner): Promise<Bytes> {
  return signBodyTwice(labels.revocations, encodeRevocationList(list), site, maximum);
}

export function parseRevocationList(bytes: Uint8Array): Parsed<RevocationList> {
  return parseSigned(bytes, decodeRevocationList, maximum);
}

/** The newest list of every site, as one device knows them. Never changed: each list makes a new one. */
export class Revocations {
  readonly #lists: ReadonlyMap<string, Parsed<RevocationList>>;
  /** By hex device. A site speaks of its own devices only: see `revokedAt`. */
  readonly #revoked = new Map<string, ReadonlyMap<string, number>>();

  constructor(lists: readonly Parsed<RevocationList>[] = []) {
    this.#lists = new Map(lists.map((list) => [list.value.site, list]));
    for (const { value } of this.#lists.values())
      this.#revoked.set(value.site, new Map(value.devices.map((one) => [toHex(one.device), one.revokedAt])));
  }

  /**
   * @throws ProtocolError revocation.unknown-site, signature.*, revocation.rollback (a serial below the one known),
   * revocation.taken-back (a device is missing that the list before named: a revoked device stays revoked)
   */
  async with(bytes: Uint8Array, siteList: SiteList): Promise<Revocations> {
    const list = parseRevocationList(bytes);
    const { site, serial } = list.value;
    const keys = findSite(siteList, site);
    if (keys === undefined)
      throw new ProtocolError("revocation.unknown-site", "a revocation list's site is not in the site list");
    await verifySigned(labels.revocations, list.signed, keys);
    const before = this.#lists.get(site);
    if (before !== undefined && serial < before.value.serial)
      throw new ProtocolError("revocation.rollback", "a revocation list is older than the one known");
    const revoked = new Map(list.value.devices.map((one) => [toHex(one.device), one.revokedAt]));
    for (const one of before?.value.devices ?? []) {
      const at = revoked.get(toHex(one.device));
      if (at === undefined || at > one.revokedAt)
        throw new ProtocolError("revocation.taken-back", "a revocation list takes a revocation back");
    }
    return new Revocations([...this.#lists.values(), list]);
  }

  /** Signed lists, for the device's store. */
  get lists(): readonly Bytes[] {
    return [...this.#lists.values()].map(({ bytes }) => bytes);
  }

  /** When its own site revoked this device, or undefined. What another site says of it does not count. */
  revokedAt(site: string, device: Uint8Array): number | undefined {
    return this.#revoked.get(site)?.get(toHex(device));
  }

  /** Whether a draw names a device revoked since: a sender must end an epoch under it, and void a pad. */
  nameOneOf(recipients: readonly Recipient[]): boolean {
    return recipients.some(({ site, device }) => this.revokedAt(site, device) !== undefined);
  }
}
