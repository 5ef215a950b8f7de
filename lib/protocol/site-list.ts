import type { Bytes } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { arrayOf, bytesOf, siteText, structOf, textOf, uintOf, versionedOf } from "./cbor-codecs.ts";
import { labels } from "./labels.ts";
import { lengths, limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import { type Parsed, parseSigned, signBodyTwice, type VerifyKeys, verifySigned } from "./signed.ts";
import type { DualSigner } from "./signing.ts";

export interface SiteEntry {
  readonly site: string;
  readonly name: string;
  readonly country: string;
  readonly ed25519Key: Bytes;
  readonly mlDsaKey: Bytes;
  /** The gateway's X-Wing public key, for the device channel. */
  readonly gatewayKey: Bytes;
  /** Where browsers reach the gateway. */
  readonly gatewayUrl: string;
}

export interface SiteList {
  /** Rises with every list: a lower one is refused. */
  readonly serial: number;
  /** Milliseconds UTC. */
  readonly expiry: number;
  readonly network: string;
  /** Ascending by site id, each once. */
  readonly sites: readonly SiteEntry[];
}

const entryCodec = structOf<SiteEntry>({
  site: [1, siteText],
  name: [2, textOf(limits.name)],
  country: [3, textOf(8)],
  ed25519Key: [4, bytesOf(lengths.ed25519Key)],
  mlDsaKey: [5, bytesOf(lengths.mlDsaKey)],
  gatewayKey: [6, bytesOf(lengths.sealingKey)],
  gatewayUrl: [7, textOf(limits.url)],
});

const codec = versionedOf<SiteList>({
  serial: [2, uintOf()],
  expiry: [3, uintOf()],
  network: [4, textOf(limits.name)],
  sites: [5, arrayOf(entryCodec, limits.sites)],
});

/** Sorts the sites by id. @throws ProtocolError site-list.duplicate */
export function encodeSiteList(list: SiteList): Bytes {
  const sites = [...list.sites].sort((a, b) => (a.site < b.site ? -1 : a.site > b.site ? 1 : 0));
  checkOrder(sites);
  return encodeWith(codec, "site list", { ...list, sites }, limits.siteList);
}

export function decodeSiteList(body: Uint8Array): SiteList {
  const list = decodeWith(codec, "site list", body, limits.siteList);
  checkOrder(list.sites);
  return list;
}

function checkOrder(sites: readonly SiteEntry[]): void {
  for (let i = 1; i < sites.length; i++) {
    if ((sites[i - 1] as SiteEntry).site >= (sites[i] as SiteEntry).site)
      throw new ProtocolError("site-list.duplicate", "a site list names a site twice or out of order");
  }
}

/** Signs with the network root, both algorithms. Returns the encoded Signed. */
export function signSiteList(list: SiteList, root: DualSigner): Promise<Bytes> {
  return signBodyTwice(labels.siteList, encodeSiteList(list), root, limits.siteList);
}

export function parseSiteList(bytes: Uint8Array): Parsed<SiteList> {
  return parseSigned(bytes, decodeSiteList, limits.siteList);
}

/**
 * Verifies a list under the network root that was pinned at enrolment.
 * @throws ProtocolError signature.*, site-list.expired, site-list.rollback (a serial below `minimumSerial`)
 */
export async function openSiteList(
  bytes: Uint8Array,
  root: Required<VerifyKeys>,
  now: number,
  minimumSerial = 0,
): Promise<Parsed<SiteList>> {
  const list = parseSiteList(bytes);
  await verifySigned(labels.siteList, list.signed, root);
  if (list.value.serial < minimumSerial)
    throw new ProtocolError("site-list.rollback", "the site list is older than the one this device knows");
  if (list.value.expiry < now) throw new ProtocolError("site-list.expired", "the site list has expired");
  return list;
}

const indexes = new WeakMap<SiteList, Map<string, SiteEntry>>();

export function findSite(list: SiteList, site: string): SiteEntry | undefined {
  let index = indexes.get(list);
  if (index === undefined) {
    index = new Map(list.sites.map((entry) => [entry.site, entry]));
    indexes.set(list, index);
  }
  return index.get(site);
}
