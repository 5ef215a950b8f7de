import type { Bytes } from "../shared/bytes.ts";
import { toHex } from "../shared/hex.ts";
import {
  type DeviceCertificate,
  type ParsedCertificate,
  parseDeviceCertificate,
  verifyDeviceCertificate,
} from "./device-certificate.ts";
import { hash } from "./hash.ts";
import type { SiteList } from "./site-list.ts";

/**
 * Certificates verified up to a pinned site list, each once: 7 kB and two signatures are too dear for every
 * message. Make a new one when the site list changes.
 */
export class VerifiedCertificates {
  readonly siteList: SiteList;
  readonly #byHash = new Map<string, ParsedCertificate>();
  readonly #byDevice = new Map<string, ParsedCertificate[]>();

  constructor(siteList: SiteList) {
    this.siteList = siteList;
  }

  /** Verifies and keeps. @throws ProtocolError cbor.*, certificate.unknown-site, signature.* */
  async add(bytes: Uint8Array): Promise<ParsedCertificate> {
    const known = this.#byHash.get(toHex(hash(bytes)));
    if (known !== undefined) return known;
    const certificate = parseDeviceCertificate(bytes);
    await verifyDeviceCertificate(certificate, this.siteList);
    this.#keep(certificate);
    return certificate;
  }

  get(certificateHash: Uint8Array): DeviceCertificate | undefined {
    return this.#byHash.get(toHex(certificateHash))?.value;
  }

  /** Newest last. */
  ofDevice(device: Bytes): readonly ParsedCertificate[] {
    return this.#byDevice.get(toHex(device)) ?? [];
  }

  #keep(certificate: ParsedCertificate): void {
    const name = toHex(certificate.hash);
    if (this.#byHash.has(name)) return;
    this.#byHash.set(name, certificate);
    const device = toHex(certificate.value.device);
    const all = [...(this.#byDevice.get(device) ?? []), certificate];
    this.#byDevice.set(
      device,
      all.sort((a, b) => a.value.notBefore - b.value.notBefore),
    );
  }
}
