import { type Bytes, concatBytes } from "../shared/bytes.ts";
import { equalSecret } from "../shared/equal-secret.ts";
import { toHex } from "../shared/hex.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import {
  arrayOf,
  bool,
  hashBytes,
  idBytes,
  oneOf,
  optional,
  siteText,
  uintOf,
  versionedOf,
} from "./cbor-codecs.ts";
import { frame } from "./frame.ts";
import { hmacSha256 } from "./hmac.ts";
import { type KeyShare, keyShareCodec } from "./key-shares.ts";
import { framedLabel, labels } from "./labels.ts";
import { limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import { checkRecipients, type Recipient, recipientCodec } from "./recipients.ts";
import { type Parsed, parseSigned, signBody, verifySigned } from "./signed.ts";
import type { Signer } from "./signing.ts";
import { findSite, type SiteList } from "./site-list.ts";
import { knownSuites, type Suite } from "./suites.ts";

/** Which key was drawn, for whom and for what: signed by the master site. Holds no key. */
export interface DrawRecord {
  /** In the order in which their keys are joined. */
  readonly keyIds: readonly Bytes[];
  /** Bytes of key in all. */
  readonly bytes: number;
  readonly suite: Suite;
  readonly masterSite: string;
  readonly slaveSites: readonly string[];
  readonly drawingDevice: Bytes;
  readonly conversation: Bytes;
  readonly rosterHead: Bytes;
  /** Ascending by device, without the drawing device. */
  readonly recipients: readonly Recipient[];
  readonly drawnAt: number;
  readonly expiry: number;
  /** The gateway's own random source: no quantum link crossed. */
  readonly local: boolean;
  /** Site ids from master to slave, one list per share of the key. */
  readonly routes: readonly (readonly string[])[];
  /** Bits of link key burned over the network. */
  readonly networkBits: number;
  /** ε ≤ 10^-epsilonExponent. */
  readonly epsilonExponent: number;
  /** Where each receiving site has a key of its own: one share per site, `keyIds` in the shares' order. */
  readonly shares?: readonly KeyShare[] | undefined;
}

export type ParsedRecord = Parsed<DrawRecord>;

const codec = versionedOf<DrawRecord>({
  keyIds: [2, arrayOf(idBytes, limits.keyIds, 1)],
  bytes: [3, uintOf(limits.envelope, 32)],
  suite: [4, oneOf(knownSuites)],
  masterSite: [5, siteText],
  slaveSites: [6, arrayOf(siteText, limits.recipientDevices)],
  drawingDevice: [7, idBytes],
  conversation: [8, idBytes],
  rosterHead: [9, hashBytes],
  recipients: [10, arrayOf(recipientCodec, limits.recipientDevices, 1)],
  drawnAt: [11, uintOf()],
  expiry: [12, uintOf()],
  local: [13, bool],
  routes: [14, arrayOf(arrayOf(siteText, limits.routeSites, 1), limits.routes)],
  networkBits: [15, uintOf()],
  epsilonExponent: [16, uintOf(1000)],
  shares: [17, optional(arrayOf(keyShareCodec, limits.recipientDevices, 2))],
});

/** The body that the master site signs. @throws ProtocolError record.* when it contradicts itself. */
export function encodeDrawRecord(record: DrawRecord): Bytes {
  checkConsistent(record);
  return encodeWith(codec, "draw record", record, limits.signed);
}

export function decodeDrawRecord(body: Uint8Array): DrawRecord {
  const record = decodeWith(codec, "draw record", body, limits.signed);
  checkConsistent(record);
  return record;
}

function checkConsistent(record: DrawRecord): void {
  checkRecipients(record.recipients);
  if (new Set(record.keyIds.map(toHex)).size !== record.keyIds.length)
    throw new ProtocolError("record.key-id-twice", "a draw record names a key_ID twice");
  const sites = new Set([record.masterSite, ...record.slaveSites]);
  if (sites.size !== record.slaveSites.length + 1)
    throw new ProtocolError("record.sites", "a draw record names a site twice");
  if (record.recipients.some((recipient) => !sites.has(recipient.site)))
    throw new ProtocolError("record.sites", "a draw record names a recipient at a site that gets no key");
  if (record.local !== (record.slaveSites.length === 0))
    throw new ProtocolError("record.local", "a local draw record names other sites, or a network one none");
  if (record.local && (record.routes.length > 0 || record.networkBits > 0))
    throw new ProtocolError("record.local", "a local draw record claims a route");
  if (record.expiry < record.drawnAt)
    throw new ProtocolError("record.expiry", "a draw record expires before it was drawn");
  if (record.shares !== undefined) checkShares(record, record.shares);
}

function checkShares(record: DrawRecord, shares: readonly KeyShare[]): void {
  const sites = shares.map((share) => share.site);
  const keys = shares.reduce((sum, share) => sum + share.keys, 0);
  if (
    [...sites].sort().join("\0") !== [...record.slaveSites].sort().join("\0") ||
    keys !== record.keyIds.length ||
    shares.some((share) => share.masked.length !== record.bytes)
  )
    throw new ProtocolError("record.share", "a draw record's shares do not fit its sites and keys");
}

/** Ed25519 by the master site's registration key. Returns the encoded Signed. */
export function signDrawRecord(record: DrawRecord, site: Signer): Promise<Bytes> {
  return signBody(labels.draw, encodeDrawRecord(record), site);
}

/** Decodes without verifying; `hash` is the record hash that headers carry. */
export function parseDrawRecord(bytes: Uint8Array): ParsedRecord {
  return parseSigned(bytes, decodeDrawRecord);
}

/** @throws ProtocolError record.unknown-site, signature.* */
export async function verifyDrawRecord(record: ParsedRecord, siteList: SiteList): Promise<void> {
  const site = findSite(siteList, record.value.masterSite);
  if (site === undefined)
    throw new ProtocolError("record.unknown-site", "a draw record's master site is not in the site list");
  await verifySigned(labels.draw, record.signed, { ed25519Key: site.ed25519Key });
}

/** HMAC-SHA-256 over frame(label) ‖ frame(signed record) under the two gateways' daily 32-byte key. */
export function macRecord(key: Uint8Array, signedBytes: Uint8Array): Bytes {
  return hmacSha256(key, concatBytes(framedLabel(labels.draw), frame(signedBytes)));
}

/** @throws ProtocolError record.mac */
export function checkRecordMac(key: Uint8Array, signedBytes: Uint8Array, mac: Uint8Array): void {
  if (!equalSecret(macRecord(key, signedBytes), mac))
    throw new ProtocolError("record.mac", "a draw record's authentication between gateways fails");
}
