import {
  type ParsedCertificate,
  parseDeviceCertificate,
  verifyDeviceCertificate,
} from "../../protocol/device-certificate.ts";
import { limits } from "../../protocol/limits.ts";
import type { SiteList } from "../../protocol/site-list.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import type { DeviceRegister } from "../enrolment/device-register.ts";
import { GatewayError } from "../gateway-error.ts";

/**
 * Parses a certificate that a device opens its channel with, and refuses it unless this site gave it to a device
 * that is registered and not revoked. A lapsed one still opens the channel for 30 days: to fetch what waits and to
 * renew, not to draw.
 * @throws GatewayError certificate.*, device.revoked; ProtocolError cbor.*, signature.*
 */
export async function checkOwnCertificate(
  certificate: Bytes,
  options: { readonly devices: DeviceRegister; readonly siteList: SiteList; readonly now: number },
): Promise<ParsedCertificate> {
  const { devices, siteList, now } = options;
  const parsed = parseDeviceCertificate(certificate);
  const { site, device, user, ed25519Key, notBefore, notAfter } = parsed.value;
  if (site !== devices.site)
    throw new GatewayError("certificate.other-site", "The certificate is of another site.", { status: 403 });
  const row = await devices.find(device);
  // A certificate that we remember giving out needs no second look at its signatures.
  const remembered = row?.certificateHash !== undefined && equalBytes(row.certificateHash, parsed.hash);
  if (!remembered) await verifyDeviceCertificate(parsed, siteList);
  if (row === undefined || !equalBytes(row.user, user) || !equalBytes(row.ed25519Key, ed25519Key))
    throw new GatewayError("certificate.unknown", "The certificate's device is not registered here.", {
      status: 403,
      nextStep: "Enrol this device again.",
    });
  if (row.state !== "certified")
    throw new GatewayError("device.revoked", "This device was revoked by its site.", { status: 403 });
  if (now < notBefore - limits.clockSkew || now > notAfter + limits.lapsedRecipient)
    throw new GatewayError("certificate.expired", "The certificate has expired.", {
      status: 403,
      nextStep: "Enrol this device again.",
    });
  return parsed;
}
