import type { Bytes } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { arrayOf, bytesOf, idBytes, oneOf, siteText, textOf, uintOf, versionedOf } from "./cbor-codecs.ts";
import { labels } from "./labels.ts";
import { lengths, limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import { type Parsed, parseSigned, signBodyTwice, verifySigned } from "./signed.ts";
import type { DualSigner } from "./signing.ts";
import { findSite, type SiteList } from "./site-list.ts";

export const assurances = { open: 0, approved: 1 } as const;

export const roles = ["user", "officer", "administrator", "presenter", "auditor", "agent"] as const;
export type Role = (typeof roles)[number];

export interface DeviceCertificate {
  readonly site: string;
  readonly user: Bytes;
  readonly device: Bytes;
  readonly ed25519Key: Bytes;
  readonly mlDsaKey: Bytes;
  /** X-Wing public key that keys for this device are sealed to. */
  readonly sealingKey: Bytes;
  /** 0 open (trust on first use), 1 approved by an officer or another device of the user. */
  readonly assurance: 0 | 1;
  readonly roles: readonly Role[];
  /** The post, at most 120 bytes. */
  readonly name: string;
  /** Milliseconds UTC, both inclusive. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export type ParsedCertificate = Parsed<DeviceCertificate>;

const roleCodec = oneOf(roles);
const assuranceCodec = oneOf([assurances.open, assurances.approved]);

const codec = versionedOf<DeviceCertificate>({
  site: [2, siteText],
  user: [3, idBytes],
  device: [4, idBytes],
  ed25519Key: [5, bytesOf(lengths.ed25519Key)],
  mlDsaKey: [6, bytesOf(lengths.mlDsaKey)],
  sealingKey: [7, bytesOf(lengths.sealingKey)],
  assurance: [8, assuranceCodec],
  roles: [9, arrayOf(roleCodec, limits.roles)],
  name: [10, textOf(limits.name)],
  notBefore: [11, uintOf()],
  notAfter: [12, uintOf()],
});

/** The body that the site signs. */
export function encodeDeviceCertificate(certificate: DeviceCertificate): Bytes {
  return encodeWith(codec, "certificate", certificate, limits.signed);
}

export function decodeDeviceCertificate(body: Uint8Array): DeviceCertificate {
  const certificate = decodeWith(codec, "certificate", body, limits.signed);
  if (certificate.notAfter < certificate.notBefore)
    throw new ProtocolError("certificate.validity", "a certificate ends before it begins");
  return certificate;
}

/** Signs with the site's registration key. Returns the encoded Signed. */
export function signDeviceCertificate(certificate: DeviceCertificate, site: DualSigner): Promise<Bytes> {
  return signBodyTwice(labels.certificate, encodeDeviceCertificate(certificate), site);
}

/** Decodes without verifying. */
export function parseDeviceCertificate(bytes: Uint8Array): ParsedCertificate {
  return parseSigned(bytes, decodeDeviceCertificate);
}

/**
 * Verifies a certificate up to its site in the pinned list; its validity in time is `checkCertificateTime`.
 * @throws ProtocolError certificate.unknown-site, signature.*
 */
export async function verifyDeviceCertificate(
  certificate: ParsedCertificate,
  siteList: SiteList,
): Promise<void> {
  const site = findSite(siteList, certificate.value.site);
  if (site === undefined)
    throw new ProtocolError("certificate.unknown-site", "a certificate's site is not in the site list");
  await verifySigned(labels.certificate, certificate.signed, site);
}

/** Whether the certificate was valid at `at` (ms UTC), `skew` milliseconds of clock difference allowed. */
export function isCertificateValidAt(certificate: DeviceCertificate, at: number, skew = 0): boolean {
  return at >= certificate.notBefore - skew && at <= certificate.notAfter + skew;
}

/** @throws ProtocolError certificate.expired when it was not valid at `at`. */
export function checkCertificateTime(certificate: DeviceCertificate, at: number, skew = 0): void {
  if (!isCertificateValidAt(certificate, at, skew))
    throw new ProtocolError("certificate.expired", "a device certificate was not valid at that time", {
      nextStep: "The sender's device renews its certificate by connecting to its site.",
    });
}
